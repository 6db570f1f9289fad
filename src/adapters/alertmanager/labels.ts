const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const LONGEST_NAME = 253;

export type Labels = Record<string, string>;

/** The first of these labels whose value Kubernetes would allow as a name: any other is none. */
export function first(labels: Labels, names: readonly string[]): string | null {
  for (const name of names) {
    const value = labels[name];
    if (value && value.length <= LONGEST_NAME && NAME.test(value)) return value;
  }
  return null;
}

/** `exported_…` first: it is what the metric says itself, where the plain label names the exporter that was scraped. */
const NAMESPACES = ['exported_namespace', 'namespace', 'kubernetes_namespace', 'k8s_namespace_name'];
export const namespaceIn = (labels: Labels): string | null => first(labels, NAMESPACES);
