import type { ContainerLog } from '../../domain/snapshot/snapshot.ts';

type PodName = { namespace: string; name: string; containers: string[] };

const MAX_LINES = 1_000;
const START = /^==== START logs for container (\S+) of pod (\S+)\/(\S+) ====$/;
const END = /^==== END logs for container /;

/** A log file of a dump, as the logs of its containers; nothing where no pod is to be found in its path or its text. */
export function logsIn(text: string, path: string[], pods: ReadonlyMap<string, PodName[]>): ContainerLog[] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const sections = sectionsIn(lines);
  const previous = /previous/.test(path.slice(-2).join('/'));
  if (sections.length > 0) return sections.map((one) => ({ ...one, previous }));
  const owner = ownerIn(path, pods);
  return owner ? [{ ...owner, previous, lines: lastOf(lines) }] : [];
}

/** As `kubectl cluster-info dump` writes them. */
function sectionsIn(lines: string[]): Omit<ContainerLog, 'previous'>[] {
  const sections: Omit<ContainerLog, 'previous'>[] = [];
  let open: Omit<ContainerLog, 'previous'> | null = null;
  for (const line of lines) {
    const [start, container = '', namespace = '', pod = ''] = START.exec(line) ?? [];
    if (start) {
      open = { namespace, pod, container, lines: [] };
      sections.push(open);
    } else if (END.test(line)) open = null;
    else open?.lines.push(line);
  }
  return sections.map((one) => ({ ...one, lines: lastOf(one.lines) }));
}

const lastOf = (lines: string[]): string[] => lines.filter((line) => line !== '').slice(-MAX_LINES);

/** A folder or file that bears a pod's name; the container's name stands beside or behind it. */
function ownerIn(
  path: string[],
  pods: ReadonlyMap<string, PodName[]>,
): Omit<ContainerLog, 'previous' | 'lines'> | null {
  const parts = path.map((part) => part.replace(/\.(?:log|txt)$/, ''));
  for (const [index, part] of parts.entries()) {
    const found = pick(pods.get(part), path);
    if (found)
      return { namespace: found.namespace, pod: found.name, container: containerIn(parts.slice(index + 1), found) };
  }
  const file = parts.at(-1) ?? '';
  for (const [name, named] of pods) {
    const at = file.indexOf(name);
    const found = at < 0 ? undefined : pick(named, path);
    if (found)
      return { namespace: found.namespace, pod: name, container: containerIn([file.slice(at + name.length)], found) };
  }
  return null;
}

const pick = (named: PodName[] | undefined, path: string[]): PodName | undefined =>
  named?.find(({ namespace }) => path.some((part) => part.includes(namespace))) ?? named?.[0];

function containerIn(rest: string[], { containers }: PodName): string {
  const words = rest.join('/');
  const [longest] = containers.filter((name) => words.includes(name)).sort((left, right) => right.length - left.length);
  return longest ?? (containers.length === 1 ? (containers[0] ?? '') : '');
}
