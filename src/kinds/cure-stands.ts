import type { IssueKind } from '../domain/issue-kind.ts';
import { CURE_STANDS } from '../domain/proposal.ts';

/** An incident is over, and what cured it still stands: nothing is read from vitals but that nobody is worse without it (docs/decisions/011). */
const cureStands: IssueKind = {
  name: CURE_STANDS,
  title: 'What cured it still stands',
  says: { now: 'still has what cured it', past: 'still had what cured it' },
  chart: null,
  overWindow: false,
  of: 'workload',
  unit: '',
  order: 102,
  shownBy: [],
  needs: [],
  present: () => null,
  severity: () => null,
  over: ({ service }) => `${service}: nothing got worse`,
};
export default cureStands;
