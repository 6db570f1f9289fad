import type { EntityRef } from './types/entity.ts';

/** What the labels of an alert name, before anybody has looked at the cluster. */
export type Named =
  /** A Deployment, StatefulSet …; `kind` null where the label doesn't say which. */
  | { by: 'workload'; kind: EntityRef['kind'] | null; namespace: string; name: string }
  | { by: 'pod'; namespace: string; name: string }
  | { by: 'service'; namespace: string; name: string }
  /** An object that has its own trouble: a Job, an autoscaler, a claim, a quota … */
  | { by: 'object'; entity: EntityRef }
  /** Whom a probe asks or an ingress serves. */
  | { by: 'host'; host: string }
  /** A node by the address that its exporter is scraped at; `pod`: that exporter. */
  | { by: 'address'; host: string; pod: { namespace: string; name: string } | null };
