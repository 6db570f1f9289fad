import { maskText } from '../domain/mask-text.ts';
import type { Correlator, Found } from '../extension-points.ts';

/** Says that somebody whom it called didn't answer. A server's own workers that time out hang themselves. */
const WAITS =
  /time(d)?[ -]?out|deadline[ _]exceeded|ETIMEDOUT|ECONN(REFUSED|RESET|ABORTED)|connection (refused|reset)|no route to host|ENOTFOUND|EAI_AGAIN|no such host|bad gateway/i;
const ITS_OWN = /\bworkers?\b|\bshut(ting)? ?down\b|\bprobe\b/i;
/** One of them is everyday; so many, and of so large a part of its last lines, are not. */
const LEAST_LINES = 3;
const LEAST_SHARE = 0.05;
const MAX_LINE = 240;
const MAX_LINE_READ = 4_000;
const STRENGTH = 0.7;

/** Pods whose log says again and again that what they call doesn't answer, where that is no workload here: a restart of them won't bring it back. */
const waitsOutside: Correlator = {
  name: 'blocked_on_dependency',
  finds: {
    blocked_on_dependency: { chart: null, shownByPods: false, isContext: true },
  },
  correlate: ({ logs, workloads, subject, at }) => {
    const neighbours = workloads.map(({ name }) => name);
    return Object.entries(logs).flatMap(([pod, lines]): Found[] => {
      const waiting = lines.filter((line) => isWaiting(line.slice(0, MAX_LINE_READ), neighbours));
      if (waiting.length < LEAST_LINES || waiting.length < LEAST_SHARE * lines.length) return [];
      const message = `Log of ${pod}, ${waiting.length} of the last ${lines.length} lines: ${maskText(waiting.at(-1) ?? '', MAX_LINE)}. What it waits for is no workload here`;
      const about = { kind: 'Pod', namespace: subject.namespace, name: pod } as const;
      return [{ kind: 'log', about, at, what: 'blocked_on_dependency', message, strength: STRENGTH }];
    });
  },
};

const isWaiting = (line: string, neighbours: string[]): boolean =>
  WAITS.test(line) && !ITS_OWN.test(line) && !neighbours.some((name) => namesIt(line, name));

/** As a word of its own, or as a host name begins with it. */
function namesIt(line: string, name: string): boolean {
  for (let from = line.indexOf(name); from >= 0; from = line.indexOf(name, from + 1)) {
    const [before, after] = [line[from - 1] ?? ' ', line[from + name.length] ?? ' '];
    if (!/[a-z0-9-]/i.test(before) && !/[a-z0-9-]/i.test(after)) return true;
  }
  return false;
}

export default waitsOutside;
