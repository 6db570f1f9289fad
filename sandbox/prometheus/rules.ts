/** An alerting rule, and what it has made just now, as the sandbox's Prometheus lists them. */
export type ListedRule = {
  alert: string;
  expr: string;
  forMs: number;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  active: {
    state: 'pending' | 'firing';
    labels: Record<string, string>;
    annotations: Record<string, string>;
    value: number;
    activeAt: number;
  }[];
};

/** What `/api/v1/rules` answers: one group of alerting rules. `names`: only these, all when empty. */
export function rulesJson(rules: readonly ListedRule[], names: readonly string[], now: number): unknown {
  const wanted = rules.filter(({ alert }) => names.length === 0 || names.includes(alert));
  const evaluated = new Date(now).toISOString();
  return {
    groups: [
      {
        name: 'nightshift',
        file: '/etc/prometheus/rules/nightshift.yaml',
        interval: 15,
        limit: 0,
        evaluationTime: 0.001,
        lastEvaluation: evaluated,
        rules: wanted.map(({ alert, expr, forMs, labels, annotations, active }) => ({
          state: stateOf(active),
          name: alert,
          query: expr,
          duration: forMs / 1_000,
          keepFiringFor: 0,
          labels,
          annotations,
          alerts: active.map((one) => ({
            ...one,
            value: String(one.value),
            activeAt: new Date(one.activeAt).toISOString(),
          })),
          health: 'ok',
          evaluationTime: 0.001,
          lastEvaluation: evaluated,
          type: 'alerting',
        })),
      },
    ],
  };
}

function stateOf(active: ListedRule['active']): string {
  if (active.some(({ state }) => state === 'firing')) return 'firing';
  return active.length > 0 ? 'pending' : 'inactive';
}
