import { toSeries } from '../analysis/series.ts';
import { troubleSince } from '../domain/began.ts';
import { calleesOf } from '../domain/callees.ts';
import type { Incident } from '../domain/incident.ts';
import { subjectEntity } from '../domain/subject.ts';
import type { IncidentContext } from '../extension-points/incident-context.ts';
import type { PodInfo, Revision, Workload } from '../ports/cluster-objects.ts';
import type { LabelledSeries, MetricName } from '../ports/metrics.ts';
import { otlpEvidence } from '../telemetry/otlp-evidence.ts';
import { answerOr } from './answer-or.ts';
import type { EvidenceDeps } from './deps.ts';
import { gatherChanges } from './gather-changes.ts';
import { gatherHangLogs, gatherServiceLogs } from './gather-logs.ts';
import { GATHERED_METRICS, type Gathered } from './gathered.ts';
import { withMeasured } from './measured-certificates.ts';
import { wholeRates } from './whole-rates.ts';

export const LOOK_BACK_MS = 90 * 60_000;
const STEP_MS = 30_000;
const BEFORE_MS = 5 * 60_000;
const MAX_WORKLOADS = 200;
const MAX_VOLUMES = 200;
const MAX_CONTAINERS = 1_000;
const MAX_CERTIFICATES = 500;
const NOBODY_ASKS = { ok: true as const, value: [] };
const MAX_REVISIONS_OF = 40;
const MAX_LOGS_OF = 4;
const LOG_LINES = 60;

/** Looks at metrics and objects at the same time. Nothing here fails the whole: what is away is named and the diagnosis is less sure. */
export async function gather(deps: EvidenceDeps, incident: Incident): Promise<Gathered> {
  const missing: string[] = [];
  const at = deps.clock.now();
  const [metrics, objects, told] = await Promise.all([
    gatherMetrics(deps, incident, at, missing),
    gatherObjects(deps, incident, at, missing),
    otlpEvidence(deps.telemetry, incident.namespace, troubleSince(incident, at, LOOK_BACK_MS), at),
  ]);
  const calls = [...metrics.calls, ...told.calls];
  const callees = calleesOf(calls, incident.service);
  const [changes, serviceLogs, hangLogs] = await Promise.all([
    gatherChanges(deps, objects, callees, missing),
    gatherServiceLogs(deps, objects, callees, missing),
    gatherHangLogs(deps, metrics.series, objects, missing),
  ]);
  const incidentContext = {
    ...objects,
    logs: { ...hangLogs, ...objects.logs },
    ...(told.findings.length > 0 ? { telemetry: told.findings } : {}),
    ...changes,
    certificates: withMeasured(changes.certificates ?? [], metrics.certificates, incident.namespace),
    callees,
    volumes: metrics.volumes,
    cpuByPod: metrics.cpuByPod,
    throttling: metrics.throttling,
    serviceLogs,
  };
  if (missing.length > 0) deps.log.info({ incident: incident.id, missing }, 'not everything could be looked at');
  return { ...metrics, calls, otlpEvidence: told, incidentContext, missing };
}

async function gatherMetrics(deps: EvidenceDeps, incident: Incident, at: number, missing: string[]) {
  const { namespace, service } = incident;
  const range = (query: string) => deps.metrics.range(query, at - LOOK_BACK_MS, at, STEP_MS);
  const callsAt = (instant: number) => deps.metrics.instant(deps.queries.calls(namespace), instant);
  const [calls, callsBefore, cpuByPod, throttling, certificates, memoryByPod, volumes, ...byMetric] = await Promise.all(
    [
      callsAt(at),
      // Who has given up calling what is dead still depends on it.
      callsAt(troubleSince(incident, at, LOOK_BACK_MS) - BEFORE_MS),
      deps.metrics.instant(deps.queries.cpuByPod(namespace), at),
      deps.queries.throttling ? deps.metrics.instant(deps.queries.throttling(namespace), at) : NOBODY_ASKS,
      deps.queries.certificates ? deps.metrics.instant(deps.queries.certificates(namespace), at) : NOBODY_ASKS,
      range(deps.queries.memoryByPod(namespace, service)),
      range(deps.queries.volumes(namespace)),
      ...GATHERED_METRICS.map((metric) => range(deps.queries.byService(metric, namespace))),
    ],
  );
  const series = new Map<MetricName, Map<string, LabelledSeries>>();
  GATHERED_METRICS.forEach((metric, index) => {
    const asked = { metric, fromMs: at - LOOK_BACK_MS, stepMs: STEP_MS, windowMs: deps.queries.quickWindowMs };
    const found = answerOr(byMetric[index]!, [], metric, missing).flatMap((one) => wholeRates(one, asked) ?? []);
    series.set(metric, new Map(found.map((one) => [one.labels.service ?? '', one])));
  });
  return {
    series,
    memoryByPod: answerOr(memoryByPod, [], 'memory by pod', missing),
    calls: [...answerOr(calls, [], 'calls', missing), ...answerOr(callsBefore, [], 'calls before', missing)].map(
      ({ labels }) => ({ from: labels.client ?? '', to: labels.server ?? '', weight: 1 }),
    ),
    cpuByPod: new Map(
      answerOr(cpuByPod, [], 'cpu by pod', missing).map(({ labels, value }) => [labels.pod ?? '', value]),
    ),
    throttling: answerOr(throttling, [], 'throttling', missing)
      .slice(0, MAX_CONTAINERS)
      .map(({ labels, value }) => ({ pod: labels.pod ?? '', container: labels.container ?? '', share: value })),
    certificates: answerOr(certificates, [], 'certificates by their metrics', missing)
      .slice(0, MAX_CERTIFICATES)
      .map(({ labels: { secret = '', certificate = '' }, value }) => ({
        secret,
        certificate,
        notAfter: value * 1_000,
      })),
    volumes: answerOr(volumes, [], 'volumes', missing)
      .slice(0, MAX_VOLUMES)
      .map((series) => ({ claim: series.labels.persistentvolumeclaim ?? '', used: toSeries(series.points) })),
    metricsAnswered: byMetric.some((result) => result.ok),
  };
}

async function gatherObjects(
  deps: EvidenceDeps,
  incident: Incident,
  at: number,
  missing: string[],
): Promise<IncidentContext> {
  const { namespace, service } = incident;
  const { cluster } = deps;
  const [workloads, pods, nodes, events, budgets, scalers] = await Promise.all([
    cluster.workloads(namespace),
    cluster.pods(namespace, {}),
    cluster.nodes(),
    cluster.events(namespace, at - LOOK_BACK_MS),
    cluster.budgets(namespace),
    cluster.scalers(namespace, service),
  ]);
  const known = answerOr(workloads, [], 'workloads', missing).slice(0, MAX_WORKLOADS);
  const allPods = answerOr(pods, [], 'pods', missing);
  const [revisions, logs] = await Promise.all([
    gatherRevisions(deps, known, missing),
    gatherLogs(deps, allPods, missing),
  ]);
  return {
    at,
    since: troubleSince(incident, at, LOOK_BACK_MS),
    subject: { cluster: incident.cluster, namespace, service, entity: subjectEntity(incident) },
    workloads: known,
    revisions,
    pods: allPods,
    nodes: answerOr(nodes, [], 'nodes', missing),
    events: answerOr(events, [], 'events', missing),
    budgets: answerOr(budgets, [], 'budgets', missing),
    scalers: answerOr(scalers, [], 'scalers', missing),
    logs,
  };
}

async function gatherRevisions(
  deps: EvidenceDeps,
  workloads: Workload[],
  missing: string[],
): Promise<Record<string, Revision[]>> {
  const some = workloads.filter((workload) => workload.kind === 'Deployment').slice(0, MAX_REVISIONS_OF);
  const all = await Promise.all(some.map((workload) => deps.cluster.revisions(workload)));
  return Object.fromEntries(
    some.map((workload, index) => [workload.name, answerOr(all[index]!, [], `revisions of ${workload.name}`, missing)]),
  );
}

/** The last lines of the pods that look worst, the crashed container's own first. */
async function gatherLogs(deps: EvidenceDeps, pods: PodInfo[], missing: string[]): Promise<Record<string, string[]>> {
  const troubled = pods
    .filter((pod) => pod.containers.some((container) => container.waiting || container.lastExit))
    .slice(0, MAX_LOGS_OF);
  const lines = await Promise.all(
    troubled.map((pod) =>
      deps.cluster.podLogs(pod.namespace, pod.name, {
        previous: pod.containers.some((container) => container.lastExit),
        tailLines: LOG_LINES,
      }),
    ),
  );
  return Object.fromEntries(
    troubled.map((pod, index) => [pod.name, answerOr(lines[index]!, [], `logs of ${pod.name}`, missing)]),
  );
}
