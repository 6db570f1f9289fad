/**
 * The labels that kube-prometheus-stack's scrape of kube-state-metrics adds when it doesn't honour labels: the metric's own namespace, pod and container are `exported_…`, the plain ones are
 * the exporter's.
 */
export const EXPORTER: Readonly<Record<string, string>> = {
  container: 'kube-state-metrics',
  endpoint: 'http',
  instance: '10.42.1.58:8080',
  job: 'kube-state-metrics',
  namespace: 'monitoring',
  pod: 'kube-prometheus-stack-kube-state-metrics-77678594d6-gsd29',
  service: 'kube-prometheus-stack-kube-state-metrics',
};

/** A metric's own labels as such a scrape leaves them. */
export function scraped(labels: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(labels).map(([name, value]) => [name in EXPORTER ? `exported_${name}` : name, value]);
  return { ...EXPORTER, ...Object.fromEntries(own) };
}

/** The same in PromQL, for metrics that are recorded with their own labels; of these only the namespace is set anew. */
export function scrapedExpr(expr: string): string {
  const exported = `label_replace(${expr}, "exported_namespace", "$1", "namespace", "(.+)")`;
  return Object.entries(EXPORTER).reduce(
    (inner, [name, value]) => `label_replace(${inner}, "${name}", "${value}", "", "")`,
    exported,
  );
}
