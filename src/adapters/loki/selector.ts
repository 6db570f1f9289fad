import { podNamePattern } from '../../domain/pod-names.ts';
import type { EntityRef } from '../../domain/types/entity.ts';

type Workload = Pick<EntityRef, 'kind' | 'namespace' | 'name'>;

/** How streams are labelled: by Promtail's and Alloy's usual rules, or by OpenTelemetry's names, as Loki takes OTLP in. */
export const SELECTORS: readonly ((workload: Workload) => string)[] = [
  ({ namespace, name }) => `{namespace="${quoted(namespace)}",pod=~"${quoted(podNamePattern(escapeRegex(name)))}"}`,
  ({ kind, namespace, name }) =>
    `{k8s_namespace_name="${quoted(namespace)}",k8s_${kind.toLowerCase()}_name="${quoted(name)}"}`,
];

/** A text as the inside of a double-quoted LogQL string: it can neither end the string nor begin an escape. */
function quoted(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n').replace(/\r/g, '\\r');
}

const escapeRegex = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
