import type { Incident } from '../../domain/incident.ts';

/**
 * Open incidents as this process last read or saved them, by group; at most 500, the longest untouched go first. Redis says whether one is still what it was, and then it isn't sent and read again: it may be large, and an
 * alert that repeats changes little. Never an answer by itself.
 */
export type LastRead = { of(groupKey: string): Incident | null; keep(incident: Incident): void };

const MOST = 500;

export function createLastRead(): LastRead {
  const byGroup = new Map<string, Incident>();
  return {
    of: (groupKey) => byGroup.get(groupKey) ?? null,
    keep(incident) {
      byGroup.delete(incident.groupKey);
      if (incident.state.name === 'closed') return;
      byGroup.set(incident.groupKey, incident);
      for (const oldest of byGroup.keys()) {
        if (byGroup.size <= MOST) break;
        byGroup.delete(oldest);
      }
    },
  };
}
