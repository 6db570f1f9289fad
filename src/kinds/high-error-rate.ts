import { percent } from '../domain/figures.ts';
import { isInTrouble, knownValue } from '../domain/health.ts';
import type { IssueKind } from '../domain/issue-kind.ts';

const highErrorRate: IssueKind = {
  name: 'high_error_rate',
  title: 'Failing requests',
  says: { now: 'answers with errors', past: 'answered with errors' },
  chart: 'error_ratio',
  overWindow: true,
  of: 'workload',
  unit: 'of requests',
  order: 50,
  shownBy: ['errors'],
  needs: ['errors', 'latency'],
  level: 'errors',
  present({ health }) {
    if (!isInTrouble(health, 'errors')) return null;
    const errors = knownValue(health, 'errors') ?? 0;
    return { severity: errors, message: `${health.service}: ${percent(errors)} of requests fail` };
  },
  severity: ({ health }) => knownValue(health, 'errors'),
  over: (health) => `${health.service}: ${percent(knownValue(health, 'errors') ?? 0)} of requests fail`,
};
export default highErrorRate;
