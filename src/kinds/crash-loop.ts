import { isInTrouble, knownValue } from '../domain/health.ts';
import type { IssueKind } from '../domain/issue-kind.ts';
import { findingOfLook } from '../domain/look-findings.ts';

/** Pods that crash for their own reasons; those that are killed for memory are another kind. */
const crashLoop: IssueKind = {
  name: 'crash_loop',
  title: 'Containers that keep crashing',
  says: { now: 'keeps crashing', past: 'kept crashing' },
  chart: 'pods',
  overWindow: false,
  of: 'workload',
  unit: 'restarts',
  order: 10,
  shownBy: ['crashes'],
  needs: ['crashes', 'not_ready'],
  present(look) {
    const { health } = look;
    if (!isInTrouble(health, 'crashes') || isInTrouble(health, 'oom_kills') || findingOfLook(look, 'oom_killed'))
      return null;
    const crashing = knownValue(health, 'crashes') ?? 0;
    const restarts = knownValue(health, 'restarts') ?? 0;
    const pods = crashing === 1 ? 'pod keeps' : 'pods keep';
    const again =
      restarts === 0 ? 'failing to start' : `crashing, ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`;
    return { severity: restarts, message: `${health.service}: ${crashing} ${pods} ${again}` };
  },
  severity: ({ health }) => knownValue(health, 'restarts'),
  lingers({ health }) {
    const unproven = knownValue(health, 'unproven') ?? 0;
    if (unproven === 0) return null;
    const which = unproven === 1 ? '1 pod that crashed runs' : `${unproven} pods that crashed run`;
    return `${health.service}: ${which} again, not yet for as long as a crash may take`;
  },
  over: ({ service }) => `${service}: all pods are ready and none crashes`,
};
export default crashLoop;
