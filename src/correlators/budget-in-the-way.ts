import type { Correlator } from '../extension-points.ts';

/** Disruption budgets of the service that allow none now. It causes nothing by itself, but explains why a restart or a drain doesn't go on: hence weak. */
const STRENGTH = 0.2;

const budgetInTheWay: Correlator = {
  name: 'budget_in_the_way',
  finds: {
    budget: { chart: null, shownByPods: true, isContext: true },
  },
  correlate: ({ budgets, workloads, subject, at }) => {
    const workload = workloads.find((one) => one.name === subject.service && one.namespace === subject.namespace);
    if (!workload) return [];
    const about = { kind: workload.kind, namespace: workload.namespace, name: workload.name };
    return budgets
      .filter((budget) => budget.disruptionsAllowed === 0 && covers(budget.selector, workload.selector))
      .map(({ message }) => ({ kind: 'state' as const, about, at, what: 'budget', message, strength: STRENGTH }));
  },
};

/** All labels that the budget asks for are among those that the workload selects its pods by. */
function covers(budget: Record<string, string>, workload: Record<string, string>): boolean {
  return Object.entries(budget).every(([key, value]) => workload[key] === value);
}

export default budgetInTheWay;
