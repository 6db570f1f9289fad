import { stringify } from 'yaml';
import type { AlertRule } from './rules.ts';

/** The rules as a Prometheus rules file. */
export function rulesFile(rules: readonly AlertRule[]): string {
  const group = {
    name: 'nightshift',
    interval: '15s',
    rules: rules.map((rule) => ({
      alert: rule.alert,
      expr: rule.expr,
      for: `${rule.forMs / 1000}s`,
      labels: { severity: rule.severity },
      annotations: { summary: rule.summary, description: rule.description },
    })),
  };
  const head =
    '# Alerting rules that Nightshift understands, on the metrics of kube-state-metrics, cAdvisor and common HTTP libraries.\n';
  return head + stringify({ groups: [group] }, { lineWidth: 0 });
}
