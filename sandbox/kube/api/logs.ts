import type { ServerResponse } from 'node:http';
import { object } from '../change.ts';
import { logsOf } from '../controllers/runtime-of.ts';
import type { Pod } from '../kinds.ts';
import { instant } from '../objects.ts';
import type { World } from '../world.ts';
import { badRequest, type Failure, notFound } from './failure.ts';
import { type Answer, refuse, stream } from './respond.ts';

const PODS = { group: '', plural: 'pods', kind: 'Pod' };
const FOLLOW_POLL_MS = 500;

/** Answers pods/log as text, with tailLines, limitBytes, sinceSeconds, previous and follow. */
export function logsAnswer(world: World, namespace: string | undefined, name: string, query: URLSearchParams): Answer {
  const pod = object(world, 'pods', namespace, name);
  if (pod === undefined) return refuse(notFound(PODS, name));
  const previous = query.get('previous') === 'true';
  const refused = refusal(pod, query.get('container') ?? '', previous);
  if (refused !== undefined) return refuse(refused);
  const lines = select(logsOf(world, pod, previous), query, world.now());
  const text = lines.map((line) => `${line}\n`).join('');
  const bytes = Number(query.get('limitBytes') ?? 0);
  return stream((res) => {
    res.writeHead(200, { 'content-type': 'text/plain' });
    res.write(bytes > 0 ? text.slice(0, bytes) : text);
    if (query.get('follow') === 'true') follow(world, res, pod);
    else res.end();
  });
}

function refusal(pod: Pod, asked: string, previous: boolean): Failure | undefined {
  const names = pod.spec.containers.map((container) => container.name);
  if (asked === '' && names.length > 1) {
    return badRequest(
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`,
    );
  }
  const name = asked === '' ? names[0] : asked;
  if (name === undefined || !names.includes(name)) {
    return badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
  }
  const status = pod.status.containerStatuses?.find((s) => s.name === name);
  if (previous && status?.lastState.terminated === undefined) {
    return badRequest(`previous terminated container "${name}" in pod "${pod.metadata.name}" not found`);
  }
  const waiting = status?.state.waiting;
  const neverRan = waiting !== undefined && status?.lastState.terminated === undefined;
  if (pod.spec.nodeName !== undefined && neverRan) {
    const why = /ImagePull/.test(waiting.reason) ? `trying and failing to pull image` : waiting.reason;
    return badRequest(`container "${name}" in pod "${pod.metadata.name}" is waiting to start: ${why}`);
  }
  return undefined;
}

/** Epoch ms at the start of a log line ("2026-01-02T03:04:05Z …" or {"time":"…"}), NaN when it has none. */
function lineTime(line: string): number {
  const match = /^(\d{4}-\d\d-\d\dT\S+)|"(?:time|ts|timestamp)":"(\d{4}-[^"]+)"/.exec(line);
  return instant(match?.[1] ?? match?.[2], Number.NaN);
}

function select(lines: readonly string[], query: URLSearchParams, now: number): readonly string[] {
  const seconds = Number(query.get('sinceSeconds') ?? 0);
  const since = seconds > 0 ? now - seconds * 1000 : instant(query.get('sinceTime') ?? undefined, 0);
  const recent = since > 0 ? lines.filter((line) => !(lineTime(line) < since)) : lines;
  const tail = query.get('tailLines');
  const last = tail === null ? recent : recent.slice(recent.length - Math.min(recent.length, Number(tail)));
  if (query.get('timestamps') !== 'true') return last;
  return last.map((line) => `${new Date(Number.isNaN(lineTime(line)) ? now : lineTime(line)).toISOString()} ${line}`);
}

function follow(world: World, res: ServerResponse, pod: Pod): void {
  let seen = logsOf(world, pod, false).at(-1);
  const timer = setInterval(() => {
    const current = object(world, 'pods', pod.metadata.namespace, pod.metadata.name);
    if (current === undefined || current.metadata.uid !== pod.metadata.uid) {
      res.end();
      return;
    }
    const lines = logsOf(world, current, false);
    const fresh = lines.slice(seen === undefined ? 0 : lines.lastIndexOf(seen) + 1);
    if (fresh.length > 0) res.write(fresh.map((line) => `${line}\n`).join(''));
    seen = lines.at(-1) ?? seen;
  }, FOLLOW_POLL_MS);
  timer.unref();
  res.on('close', () => clearInterval(timer));
}
