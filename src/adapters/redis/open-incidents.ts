import type { Incident } from '../../domain/incident.ts';
import type { LastRead } from './last-read.ts';
import type { RunScript } from './scripts.ts';
import { eachReadable, incidentFrom } from './stored.ts';

/**
 * All open incidents, newest first, at most `limit`. They are asked for all the time and change seldom: what was read or saved before, at the version that it still has, isn't sent and read again.
 */
export function openIncidents(
  run: RunScript,
  onUnreadable: (message: string) => void,
  lastRead: LastRead,
): (limit: number) => Promise<Incident[]> {
  return async (limit) => {
    const had = new Map<string, Incident>();
    for (const incident of lastRead.all()) had.set(incident.id, incident);
    const pairs = [...had.values()].flatMap(({ id, version }) => [id, version]);
    const rows = (await run('list-incidents', 'open', '-inf', 0, limit, ...pairs)) as unknown[];
    const incidentIn = (row: unknown) => {
      const known = typeof row === 'string' && row.startsWith('=') ? had.get(row.slice(1)) : undefined;
      if (known) return known;
      const incident = incidentFrom(row);
      lastRead.keep(incident);
      return incident;
    };
    return eachReadable(incidentIn, rows, onUnreadable);
  };
}
