import type { IssueKind } from '../domain/issue-kind.ts';
import { BY_HAND } from '../domain/proposal.ts';

/** A person wants a step done: nothing is read from vitals but that none gets worse. */
const byHand: IssueKind = {
  name: BY_HAND,
  title: 'A step by hand',
  says: { now: 'is to be changed by hand', past: 'was to be changed by hand' },
  chart: null,
  overWindow: false,
  of: 'workload',
  unit: '',
  order: 101,
  shownBy: [],
  needs: [],
  present: () => null,
  severity: () => null,
  over: ({ service }) => `${service}: nothing got worse`,
};
export default byHand;
