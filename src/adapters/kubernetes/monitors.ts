import { z } from 'zod';
import type { LabelSelector } from '../../domain/label-selector.ts';
import { type Monitor, TIGHTENED } from '../../domain/monitor.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { Monitors } from '../../ports/monitors.ts';
import { type Connection, type ConnectionOptions, FIELD_MANAGER, openConnection } from './connection.ts';
import { listObjects } from './list.ts';
import { managersOf } from './managers.ts';
import { metadataSchema } from './object-schemas.ts';
import { PATCH, resourcePathOf } from './rest.ts';
import { listServices } from './services.ts';

const OPERATOR = { group: 'monitoring.coreos.com', version: 'v1' };
const KINDS = {
  ServiceMonitor: { plural: 'servicemonitors', endpoints: 'endpoints' },
  PodMonitor: { plural: 'podmonitors', endpoints: 'podMetricsEndpoints' },
} as const;

const selectorSchema = z.looseObject({
  matchLabels: z.record(z.string(), z.string()).nullish(),
  matchExpressions: z
    .array(z.looseObject({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() }))
    .nullish(),
});
const portSchema = z.union([z.string(), z.number()]).nullish();
const endpointSchema = z.looseObject({
  port: portSchema,
  targetPort: portSchema,
  path: z.string().nullish(),
  interval: z.string().nullish(),
  scrapeTimeout: z.string().nullish(),
});
const monitorSchema = z.looseObject({
  metadata: metadataSchema,
  spec: z.looseObject({
    selector: selectorSchema.nullish(),
    namespaceSelector: z
      .looseObject({ any: z.boolean().nullish(), matchNames: z.array(z.string()).nullish() })
      .nullish(),
    endpoints: z.array(endpointSchema).nullish(),
    podMetricsEndpoints: z.array(endpointSchema).nullish(),
  }),
});

/** The Prometheus Operator's monitors, through the API server. Without its CRDs there are none. */
export function connectMonitors(options: ConnectionOptions): Monitors {
  const connection = openConnection(options);
  return {
    list: () => listMonitors(connection),
    services: (namespace) => listServices(connection, namespace),
    write: (monitor, changes, mark) => writeIntervals(connection, monitor, changes, mark),
  };
}

async function listMonitors(connection: Connection): Promise<ClusterResult<Monitor[]>> {
  const found: Monitor[] = [];
  for (const kind of Object.keys(KINDS) as Monitor['kind'][]) {
    const items = await listObjects(connection, { ...OPERATOR, plural: KINDS[kind].plural }, null);
    if (!items.ok && items.failure.kind !== 'not_found') return items;
    if (items.ok) found.push(...items.value.flatMap((item) => toMonitor(kind, item)));
  }
  return { ok: true, value: found };
}

/** One that can't be read is left out: nothing is done to it. */
function toMonitor(kind: Monitor['kind'], item: unknown): Monitor[] {
  const read = monitorSchema.safeParse(item);
  if (!read.success) return [];
  const { metadata, spec } = read.data;
  const namespace = metadata.namespace ?? '';
  const { any, matchNames } = spec.namespaceSelector ?? {};
  return [
    {
      kind,
      namespace,
      name: metadata.name,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion ?? '',
      labels: metadata.labels ?? {},
      annotations: metadata.annotations ?? {},
      managers: managersOf(metadata.managedFields ?? []),
      selector: toSelector(spec.selector),
      namespaces: any ? ['*'] : matchNames && matchNames.length > 0 ? matchNames : [namespace],
      endpoints: (spec[KINDS[kind].endpoints] ?? []).map((endpoint) => ({
        port: String(endpoint.port ?? endpoint.targetPort ?? ''),
        path: endpoint.path ?? '/metrics',
        interval: endpoint.interval || null,
        scrapeTimeout: endpoint.scrapeTimeout || null,
      })),
    },
  ];
}

function toSelector(selector: z.infer<typeof selectorSchema> | null | undefined): LabelSelector {
  return {
    matchLabels: selector?.matchLabels ?? {},
    matchExpressions: (selector?.matchExpressions ?? []).map(({ key, operator, values }) => ({
      key,
      operator,
      values: values ?? [],
    })),
  };
}

/** Change and mark in one JSON patch; another object, or a newer one, answers `conflict`. */
async function writeIntervals(
  connection: Connection,
  monitor: Monitor,
  changes: Parameters<Monitors['write']>[1],
  mark: string | null,
): Promise<ClusterResult<void>> {
  const { plural, endpoints } = KINDS[monitor.kind];
  const operations = [
    { op: 'test', path: '/metadata/uid', value: monitor.uid },
    { op: 'test', path: '/metadata/resourceVersion', value: monitor.resourceVersion },
    ...changes.map(({ index, interval }) => {
      const path = `/spec/${endpoints}/${index}/interval`;
      return interval === null ? { op: 'remove', path } : { op: 'add', path, value: interval };
    }),
    ...markOperations(monitor, mark),
  ];
  const { namespace, name } = monitor;
  const answer = await connection.write(() =>
    connection.json({
      method: 'PATCH',
      path: resourcePathOf({ ...OPERATOR, plural, namespace, name }),
      query: { fieldManager: FIELD_MANAGER },
      contentType: PATCH.json,
      body: operations,
    }),
  );
  return answer.ok ? { ok: true, value: undefined } : answer;
}

function markOperations(monitor: Monitor, mark: string | null) {
  const path = `/metadata/annotations/${TIGHTENED.replaceAll('/', '~1')}`;
  if (mark === null) return TIGHTENED in monitor.annotations ? [{ op: 'remove', path }] : [];
  if (Object.keys(monitor.annotations).length > 0) return [{ op: 'add', path, value: mark }];
  return [{ op: 'add', path: '/metadata/annotations', value: { [TIGHTENED]: mark } }];
}
