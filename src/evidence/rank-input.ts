import type { Edge, Evidence, RankInput } from '../analysis/rank.ts';
import { type Shape, shiftOf } from '../analysis/rank-shift.ts';
import { strengthOf } from '../analysis/rank-surprise.ts';
import { ALERT_LAG_MS } from '../domain/alert-lag.ts';
import { finePercent, seconds, short } from '../domain/figures.ts';
import { MANY_ERRORS } from '../domain/health.ts';
import { isAbout } from '../domain/is-about.ts';
import { ownerOf } from '../domain/pod-owner.ts';
import { isAboutItself, subjectEntity } from '../domain/subject.ts';
import type { Subject } from '../domain/types/entity.ts';
import type { Finding } from '../domain/types/finding.ts';
import { CONTEXT_FINDINGS } from '../domain/vocabulary.ts';
import type { IncidentContext } from '../extension-points/incident-context.ts';
import type { LabelledSeries, MetricName } from '../ports/metrics.ts';
import type { Gathered } from './gathered.ts';

/** Pure: what was gathered, as evidence for the ranking; entities are workload names of the incident's namespace, and the nodes that are in trouble. */

const SHAPES: Partial<Record<MetricName, { shape: Shape; what: string }>> = {
  latency_p99: { shape: 'amount', what: 'latency' },
  error_ratio: { shape: 'fraction', what: 'errors' },
  cpu_ratio: { shape: 'amount', what: 'cpu' },
  memory_ratio: { shape: 'amount', what: 'memory' },
  request_rate: { shape: 'amount', what: 'traffic' },
};
const RECENT_MS = 10 * 60_000;
/** A node's CPU is shared only when it is short. */
const BESIDE = 0.6;

export function rankInput(gathered: Gathered, findings: Finding[]): RankInput {
  const { incidentContext } = gathered;
  const nodes = nodesInTrouble(incidentContext.subject, findings);
  const symptomService = frontOf(incidentContext.subject);
  const workloads = isAboutItself(incidentContext.subject)
    ? []
    : incidentContext.workloads.map((workload) => workload.name);
  const entities = [...new Set([symptomService, ...workloads, ...nodes])];
  const known = new Set(entities);
  const evidence = [
    ...metricEvidence(gathered, known),
    ...findings.flatMap((finding) => evidenceOf(finding, known)),
    ...gathered.otlpEvidence.evidence.filter((one) => known.has(one.entity)),
  ];
  const edges = surest(
    [...gathered.calls, ...neighbourEdges(gathered, findings), ...homes(incidentContext, known)].filter(
      (call) => known.has(call.from) && known.has(call.to),
    ),
  );
  return { symptomService, entities, edges, evidence, at: incidentContext.at };
}

/** A node among the entities, which are otherwise workloads. */
const NODE = 'node/';
const asNode = (name: string): string => `${NODE}${name}`;
export const nodeIn = (entity: string): string | null => (entity.startsWith(NODE) ? entity.slice(NODE.length) : null);

const frontOf = (subject: Subject): string =>
  subjectEntity(subject).kind === 'Node' ? asNode(subject.service) : subject.service;

function nodesInTrouble({ namespace, service }: Subject, findings: Finding[]): string[] {
  const named = findings.filter(({ about }) => about.kind === 'Node').map(({ about }) => about.name);
  return namespace === '' ? named.filter((name) => name === service).map(asNode) : named.map(asNode);
}

/** Who has a pod on a node depends on it as on a service that it calls: one slow pod of three is a third of the requests. */
function homes({ pods, workloads, revisions }: IncidentContext, known: Set<string>): Edge[] {
  if (![...known].some(nodeIn)) return [];
  return pods.flatMap((pod) => {
    const to = asNode(pod.node ?? '');
    const from = known.has(to) && !pod.deleting ? ownerOf(pod, workloads, revisions)?.name : undefined;
    return from ? [{ from, to, weight: 1 }] : [];
  });
}

/** Traces and metrics may tell of the same call. */
function surest(edges: Edge[]): Edge[] {
  const best = new Map<string, Edge>();
  for (const edge of edges) {
    const key = `${edge.from}\n${edge.to}`;
    if (edge.weight > (best.get(key)?.weight ?? 0)) best.set(key, edge);
  }
  return [...best.values()];
}

/** A correlator's finding speaks for its workload; a pod's for the workload that its name begins with. */
function evidenceOf(finding: Finding, known: Set<string>): Evidence[] {
  const entity = entityOf(finding, known);
  // What OTLP told is weighed as a whole, what is normal too; a stranger's word not at all.
  if (finding.about.kind === 'Service') return [];
  if (CONTEXT_FINDINGS.has(finding.what)) return [];
  // Anomalies of the metrics are weighed against everybody's below; a leak is a pod's own.
  if (!entity || (finding.kind === 'anomaly' && finding.what !== 'leak')) return [];
  // A climb towards its own limit is a pod's own state, whoever else hurts.
  const kind = finding.convicts ? 'conviction' : finding.what === 'leak' ? 'state' : KINDS[finding.kind];
  return [{ entity, kind, strength: finding.strength, at: finding.at, what: finding.what, message: finding.message }];
}

/** Who shares a node with a neighbour that came there depends on it as on what it calls, as long as it stays. */
function neighbourEdges({ incidentContext }: Gathered, findings: Finding[]): Edge[] {
  const { pods, workloads, revisions } = incidentContext;
  const newcomers = new Set(findings.filter(({ what }) => what === 'neighbour').map(({ about }) => about.name));
  if (newcomers.size === 0) return [];
  const placed = pods.flatMap((pod) => {
    const owner = pod.node === null ? undefined : ownerOf(pod, workloads, revisions);
    return owner ? [{ node: pod.node, name: owner.name }] : [];
  });
  return placed
    .filter(({ name }) => newcomers.has(name))
    .flatMap((newcomer) =>
      placed
        .filter(({ node, name }) => node === newcomer.node && !newcomers.has(name))
        .map(({ name }) => ({ from: name, to: newcomer.name, weight: BESIDE })),
    );
}

function entityOf({ about }: Finding, known: Set<string>): string | undefined {
  if (about.kind === 'Node') return known.has(asNode(about.name)) ? asNode(about.name) : undefined;
  if (known.has(about.name)) return about.name;
  return about.kind === 'Pod' ? [...known].find((name) => isAbout(about, name)) : undefined;
}

const KINDS = {
  anomaly: 'metric',
  change: 'change',
  event: 'state',
  log: 'log',
  trace: 'trace',
  state: 'state',
} as const;

function metricEvidence(gathered: Gathered, known: Set<string>): Evidence[] {
  const all: Evidence[] = [];
  for (const [metric, byService] of gathered.series) {
    const shape = SHAPES[metric];
    if (!shape) continue;
    for (const [service, series] of byService) {
      if (!known.has(service)) continue;
      const evidence = shiftEvidence(service, shape, series, gathered.incidentContext.since);
      if (evidence) all.push(evidence);
    }
  }
  for (const service of known) all.push(...hangEvidence(gathered, service));
  return all;
}

/** Of the CPU that a request took, so much less is no longer work. */
const IDLE_SHARE = 0.6;

/** Who still gets its requests, computes hardly anything, and fails: its workers wait for something that doesn't come. */
export function hangEvidence(
  { series, incidentContext }: Pick<Gathered, 'series'> & { incidentContext: Pick<IncidentContext, 'since'> },
  entity: string,
): Evidence[] {
  const of = (metric: MetricName) => series.get(metric)?.get(entity);
  const [cpu, traffic, errors] = [of('cpu_ratio'), of('request_rate'), of('error_ratio')];
  if (!cpu || !traffic || !errors || !fails(errors, incidentContext.since)) return [];
  const fell = fallOf(cpu, incidentContext.since);
  const quieter = fallOf(traffic, incidentContext.since);
  const failing = shiftIn(errors, 'fraction', incidentContext.since);
  if (!fell || fell.during > IDLE_SHARE * fell.before || (quieter && quieter.during < IDLE_SHARE * quieter.before))
    return [];
  const strength = strengthOf(Math.max(fell.p, failing?.p ?? 1));
  if (strength < LEAST_TOLD) return [];
  const at = errors.points.filter((point) => point.at >= incidentContext.since - ALERT_LAG_MS)[failing?.first ?? -1]
    ?.at;
  const message = `fails requests and hardly computes: CPU ${figure(fell.before, 'cpu')} → ${figure(fell.during, 'cpu')} with as many requests as before`;
  return [{ entity, kind: 'state', strength, at: at ?? null, what: 'deadlock', message }];
}

const LEAST_TOLD = 0.8;
const fails = ({ points }: LabelledSeries, since: number): boolean =>
  points.some(({ at, value }) => at >= since - ALERT_LAG_MS && value >= MANY_ERRORS);

function fallOf({ labels, points }: LabelledSeries, since: number) {
  const inverse = points.map(({ at, value }) => ({ at, value: 1 / Math.max(value, 1e-6) }));
  const shift = shiftIn({ labels, points: inverse }, 'amount', since);
  return shift && { p: shift.p, before: 1 / shift.before, during: 1 / shift.during };
}

function shiftIn(series: LabelledSeries, shape: Shape, since: number) {
  const start = since - ALERT_LAG_MS;
  const values = (from: number, to: number) => ({
    values: series.points.filter((point) => point.at >= from && point.at < to).map((point) => point.value),
  });
  return shiftOf({
    shape,
    normal: values(0, start - RECENT_MS),
    recent: values(start - RECENT_MS, start),
    incident: values(start, Number.POSITIVE_INFINITY),
  });
}

function shiftEvidence(
  entity: string,
  { shape, what }: { shape: Shape; what: string },
  series: LabelledSeries,
  since: number,
): Evidence | null {
  const incident = series.points.filter((point) => point.at >= since - ALERT_LAG_MS);
  const shift = shiftIn(series, shape, since);
  if (!shift) return null;
  const message = `${what} ${figure(shift.before, what)} → ${figure(shift.during, what)}`;
  return {
    entity,
    kind: 'metric',
    strength: strengthOf(shift.p),
    at: incident[shift.first]?.at ?? null,
    what,
    message,
  };
}

export function figure(value: number, what: string): string {
  if (what === 'latency') return seconds(value);
  if (what === 'traffic') return `${short(value)} requests/s`;
  return finePercent(value);
}
