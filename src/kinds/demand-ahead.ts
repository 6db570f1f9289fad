import type { IssueKind } from '../domain/issue-kind.ts';
import { DEMAND_AHEAD } from '../domain/proposal.ts';

/** Nothing is wrong yet: it is foretold, never read from vitals (docs/decisions/011). */
const demandAhead: IssueKind = {
  name: DEMAND_AHEAD,
  title: 'Demand is coming',
  says: { now: 'could be scaled by its demand', past: 'was to be scaled by its demand' },
  chart: null,
  overWindow: false,
  of: 'workload',
  unit: 'of capacity',
  order: 100,
  shownBy: [],
  needs: [],
  present: () => null,
  severity: () => null,
  over: ({ service }) => `${service}: what is coming is provided for`,
};
export default demandAhead;
