import { kindByRule } from '../domain/issue-kind.ts';

/** A disruption budget that lets no pod go. */
const disruptionBudget = kindByRule({
  name: 'disruption_budget',
  title: 'A disruption budget that is not met',
  says: {
    now: 'breaks its disruption budget',
    past: 'broke its disruption budget',
  },
  chart: 'pods',
  alerts: [
    'KubePdbNotEnoughHealthyPods',
    'PodDisruptionBudgetAtLimit',
    'PodDisruptionBudgetLimit',
    'KubernetesPodDisruptionBudgetViolated',
  ],
});
export default disruptionBudget;
