import { kindByRule } from '../domain/issue-kind.ts';

/** A disruption budget that lets no pod go. */
const disruptionBudget = kindByRule({
  name: 'disruption_budget',
  title: 'A disruption budget that is not met',
  says: {
    now: 'has fewer healthy pods than its budget asks for',
    past: 'had fewer healthy pods than its budget asks for',
  },
  alerts: [
    'KubePdbNotEnoughHealthyPods',
    'PodDisruptionBudgetAtLimit',
    'PodDisruptionBudgetLimit',
    'KubernetesPodDisruptionBudgetViolated',
  ],
});
export default disruptionBudget;
