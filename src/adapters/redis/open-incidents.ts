import type { Incident } from '../../domain/incident.ts';
import type { RunScript } from './scripts.ts';
import { eachReadable, incidentFrom } from './stored.ts';

const MOST_KNOWN = 1_000;

/**
 * All open incidents, newest first, at most `limit`. They are asked for all the time and change seldom: what was read before, at the version that it still has, isn't sent and read again.
 * Remembers those of the last answers, at most 1,000.
 */
export function openIncidents(
  run: RunScript,
  onUnreadable: (message: string) => void,
): (limit: number) => Promise<Incident[]> {
  let known = new Map<string, Incident>();
  return async (limit) => {
    const had = known;
    const pairs = [...had.values()].flatMap(({ id, version }) => [id, version]);
    const rows = (await run('list-incidents', 'open', '-inf', 0, limit, ...pairs)) as unknown[];
    const incidentIn = (row: unknown) =>
      (typeof row === 'string' && row.startsWith('=') ? had.get(row.slice(1)) : undefined) ?? incidentFrom(row);
    const found = eachReadable(incidentIn, rows, onUnreadable);
    const read = found.map((incident): [string, Incident] => [incident.id, incident]);
    // A short list doesn't forget what a longer one had.
    known = new Map(found.length < limit ? read : [...had, ...read].slice(-MOST_KNOWN));
    return found;
  };
}
