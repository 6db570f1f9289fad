import { kindByRule } from '../domain/issue-kind.ts';

/** More failures than the service’s objective allows for. */
const errorBudgetBurn = kindByRule({
  name: 'error_budget_burn',
  title: 'An error budget that burns',
  says: { now: 'burns its error budget', past: 'burned its error budget' },
  chart: 'error_ratio',
  alerts: [
    'ErrorBudgetBurn',
    'SLOErrorBudgetBurn',
    'ErrorBudgetBurnRate',
    'SloBurnRateHigh',
    'HighErrorBudgetBurn',
    'KubernetesErrorBudgetBurn',
    'SLOBurnRate',
  ],
});
export default errorBudgetBurn;
