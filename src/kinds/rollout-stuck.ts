import { isInTrouble, knownValue } from '../domain/health.ts';
import type { IssueKind } from '../domain/issue-kind.ts';

/** A rollout that has passed its deadline: the Deployment itself says so. The old pods may serve all the while. */
const rolloutStuck: IssueKind = {
  name: 'rollout_stuck',
  title: 'A rollout that is stuck',
  says: { now: 'is stuck in a rollout', past: 'was stuck in a rollout' },
  chart: 'pods',
  overWindow: false,
  of: 'workload',
  unit: 'rollouts',
  order: 58,
  shownBy: ['stuck'],
  needs: ['stuck', 'not_ready'],
  level: 'stuck',
  present({ health }) {
    if (!isInTrouble(health, 'stuck')) return null;
    return { severity: 1, message: `${health.service}: its rollout has passed its deadline` };
  },
  severity: ({ health }) => knownValue(health, 'stuck'),
  over: ({ service }) => `${service}: the rollout is through`,
};
export default rolloutStuck;
