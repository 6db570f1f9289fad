import { auditEvents } from '../../domain/audit.ts';
import { toGiveBack } from '../../domain/give-back.ts';
import type { Incident } from '../../domain/incident.ts';
import type { StateName } from '../../domain/incident-state.ts';
import { openLineOf } from '../../domain/open-line.ts';
import type { IncidentStore } from '../../ports/store.ts';
import { auditArguments } from './audit-calls.ts';
import type { LastRead } from './last-read.ts';
import type { RunScript } from './scripts.ts';
import { dueEffectFrom, incidentJson, timelineEntryJson } from './stored.ts';

/** In these states an incident needs its services to itself; a save into any other lets them go. */
const KEEPS_LOCK: readonly StateName[] = ['queued', 'executing', 'verifying', 'undoing'];

/** 1: it keeps its services. 2: it lets them go, and may take them again, for what is left to give back. 0: nothing more is to be done for it. */
export function lockNeed(after: Incident): 0 | 1 | 2 {
  if (KEEPS_LOCK.includes(after.state.name)) return 1;
  return after.state.name === 'closed' && toGiveBack(after).length > 0 ? 2 : 0;
}

/** See `IncidentStore.save`: one script. Throws on versions that don't follow each other, which only a bug can bring. */
export function saveCall(run: RunScript, lastRead: LastRead): IncidentStore['save'] {
  return async ({ before, after, timeline, effects, finished, outcome }) => {
    const versionBefore = before?.version ?? 0;
    if (after.version !== versionBefore + 1)
      throw new Error(`${after.id}: version ${after.version} can't follow ${versionBefore}`);
    if (before && (before.id !== after.id || before.groupKey !== after.groupKey))
      throw new Error(`${before.id}: an incident keeps its id and its group`);
    const audited = auditEvents(after.id, timeline);
    const reply = (await run(
      'save',
      after.id,
      versionBefore,
      after.version,
      incidentJson(after),
      after.groupKey,
      after.service,
      after.openedAt,
      after.state.name,
      lockNeed(after),
      after.state.name === 'closed' ? '' : JSON.stringify(openLineOf(after)),
      finished?.id ?? '',
      finished?.gen ?? '',
      finished?.token ?? '',
      outcome ? JSON.stringify(outcome) : '',
      outcome?.over ?? '',
      `${after.namespace}/${after.service}`,
      timeline.length,
      ...timeline.map(timelineEntryJson),
      audited.length,
      ...audited.flatMap(auditArguments),
      ...effects.flatMap((effect) => [effect.kind, effect.dueAt]),
    )) as [string, ...unknown[]];
    const [answer, ...due] = reply;
    if (answer === 'saved') {
      lastRead.keep(after);
      return { kind: 'saved', due: due.map(dueEffectFrom) };
    }
    return { kind: answer === 'superseded' ? 'superseded' : 'conflict' };
  };
}
