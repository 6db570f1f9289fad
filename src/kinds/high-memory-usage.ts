import { percent } from '../domain/figures.ts';
import { HIGH_MEMORY, isInTrouble, knownValue, vitalNamed } from '../domain/health.ts';
import type { IssueKind, KindLook } from '../domain/issue-kind.ts';
import { aboveUsual, findingOfLook } from '../domain/look-findings.ts';

/** So far above the band memory is not what it normally is. */
const ABOVE = 1.1;
/** Without a band: who was at 70 % and climbing is over it when a tenth of that is free again. */
const FREED = 0.9;

const wasKilled = (look: KindLook): boolean =>
  isInTrouble(look.health, 'oom_kills') || findingOfLook(look, 'oom_killed') !== undefined;
const uses = ({ health }: KindLook): string =>
  `${health.service} uses ${percent(knownValue(health, 'memory') ?? 0)} of its memory limit`;

/** Between two kills there may be no memory to read: the kills themselves show it. */
const highMemoryUsage: IssueKind = {
  name: 'high_memory_usage',
  title: 'Memory close to its limit',
  says: { now: 'is running out of memory', past: 'was running out of memory' },
  chart: 'memory_ratio',
  overWindow: false,
  of: 'workload',
  unit: 'of limit',
  order: 20,
  shownBy: ['memory', 'oom_kills'],
  needs: ['memory', 'oom_kills'],
  level: 'memory',
  present(look) {
    const { health } = look;
    const memory = knownValue(health, 'memory');
    if (wasKilled(look))
      return {
        severity: Math.max(1, memory ?? 0),
        message:
          memory === null ? `${health.service} was killed for its memory` : `${uses(look)} and was killed for it`,
      };
    return isInTrouble(health, 'memory') ? { severity: memory ?? 0, message: uses(look) } : null;
  },
  severity(look) {
    const memory = knownValue(look.health, 'memory');
    return wasKilled(look) ? Math.max(1, memory ?? 0) : memory;
  },
  lingers({ health }) {
    const memory = vitalNamed(health, 'memory');
    if (memory.kind !== 'known' || memory.band === null || memory.value <= memory.band.high * ABOVE) return null;
    return `${health.service} still uses ${percent(memory.value)} of its memory limit; at this hour it is under ${percent(memory.band.high)}`;
  },
  ahead: {
    order: 10,
    needs: ['memory'],
    present(look) {
      const memory = knownValue(look.health, 'memory');
      if (memory === null) return null;
      const seen = aboveUsual(look, 'leak') ?? aboveUsual(look, 'memory');
      if (seen) return { severity: memory, message: seen.message };
      // A climb that isn't sure yet stands behind a crowd that is: more requests fill memory, too.
      const climbs = findingOfLook(look, 'leak') !== undefined && aboveUsual(look, 'traffic') === undefined;
      return climbs ? { severity: memory, message: `${uses(look)}, and it climbs` } : null;
    },
    lingers(look, before) {
      const memory = knownValue(look.health, 'memory');
      if (memory === null || memory >= HIGH_MEMORY || memory <= before.severity * FREED) return null;
      return `${uses(look)}; it was at ${percent(before.severity)} and climbing`;
    },
  },
  over: (health) => `${health.service} is at ${percent(knownValue(health, 'memory') ?? 0)} of its memory limit`,
};
export default highMemoryUsage;
