import { joinStacks } from './log-stack.ts';
import { createMiner, learn, type Miner, templatesOf } from './log-template.ts';

type Line = { at: number; source: string; text: string; severe: boolean };

/** Lines of single periods of a service's log; `normal` are the periods before the trouble. */
export type LogPeriods = { normal: readonly (readonly Line[])[]; incident: readonly Line[] };

/** What the lines say, masked, and how often: `normal` by period. `first` is when it was seen first since the trouble began, NaN if it wasn't. */
export type LogPattern = { text: string; severe: boolean; normal: number[]; incident: number; first: number };
export type MinedLogs = { normalLines: number[]; incidentLines: number; patterns: LogPattern[] };

const MINER = { templates: 400, words: 40, similarity: 0.6 };

/** The templates of a log before a trouble and since, stack traces folded into one record each and secrets masked. */
export function mineLogs(given: LogPeriods): MinedLogs {
  const normal = given.normal.map(joinStacks);
  const incident = joinStacks(given.incident);
  const miner: Miner = createMiner(MINER);
  const byId = new Map<number, Omit<LogPattern, 'text'>>();
  const count = ({ text, at, severe }: Line) => {
    const { id } = learn(miner, text, at);
    const known = byId.get(id) ?? { severe: false, normal: normal.map(() => 0), incident: 0, first: Number.NaN };
    known.severe ||= severe;
    byId.set(id, known);
    return known;
  };
  normal.forEach((period, index) => {
    for (const line of period) {
      const counted = count(line);
      counted.normal[index] = (counted.normal[index] ?? 0) + 1;
    }
  });
  for (const line of incident) {
    const counted = count(line);
    counted.incident += 1;
    if (!(counted.first <= line.at)) counted.first = line.at;
  }
  const patterns = templatesOf(miner).flatMap(({ id, text }) => {
    const counted = byId.get(id);
    return counted ? [{ text, ...counted }] : [];
  });
  return { normalLines: normal.map(({ length }) => length), incidentLines: incident.length, patterns };
}
