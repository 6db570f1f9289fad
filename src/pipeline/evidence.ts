import type { Edge, Evidence, RankInput } from '../analysis/rank.ts';
import { type Shape, shiftOf } from '../analysis/rank-shift.ts';
import { strengthOf } from '../analysis/rank-surprise.ts';
import type { Series } from '../analysis/series.ts';
import { ownerOf } from '../domain/pod-owner.ts';
import type { Finding } from '../domain/types.ts';
import type { LabelledSeries, MetricName } from '../ports.ts';
import type { Gathered } from './gather.ts';

/** Pure: what was gathered, as evidence for the ranking; entities are workload names of the incident's namespace. */

const SHAPES: Partial<Record<MetricName, { shape: Shape; what: string }>> = {
  latency_p99: { shape: 'amount', what: 'latency' },
  error_ratio: { shape: 'fraction', what: 'errors' },
  cpu_ratio: { shape: 'amount', what: 'cpu' },
  memory_ratio: { shape: 'amount', what: 'memory' },
  request_rate: { shape: 'amount', what: 'traffic' },
};
/** Alerts fire after their `for`; the trouble is a few minutes older than they say. */
const ALERT_LAG_MS = 3 * 60_000;
const RECENT_MS = 10 * 60_000;
/** A node's CPU is shared only when it is short. */
const BESIDE = 0.6;
/** What explains to a person why something doesn't help, and is often so without any trouble: neither for nor against anybody. */
const CONTEXT = new Set(['budget', 'quota_full', 'certificate_expiring', 'volume_high', 'scaled_up']);

export function rankInput(gathered: Gathered, findings: Finding[]): RankInput {
  const { surroundings } = gathered;
  const entities = [
    ...new Set([surroundings.subject.service, ...surroundings.workloads.map((workload) => workload.name)]),
  ];
  const known = new Set(entities);
  const evidence = [
    ...metricEvidence(gathered, known),
    ...findings.flatMap((finding) => evidenceOf(finding, known)),
    ...gathered.heard.evidence.filter((one) => known.has(one.entity)),
  ];
  const edges = surest(
    [...gathered.calls, ...neighbourEdges(gathered, findings)].filter(
      (call) => known.has(call.from) && known.has(call.to),
    ),
  );
  return { front: surroundings.subject.service, entities, edges, evidence, at: surroundings.at };
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

/** Who shares a node with a neighbour that came there depends on it as on what it calls, as long as it stays. */
function neighbourEdges({ surroundings }: Gathered, findings: Finding[]): Edge[] {
  const { pods, workloads, revisions } = surroundings;
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

/** A correlator's finding speaks for its workload; a pod's for the workload that its name begins with. */
function evidenceOf(finding: Finding, known: Set<string>): Evidence[] {
  const entity = known.has(finding.about.name)
    ? finding.about.name
    : [...known].find((name) => finding.about.kind === 'Pod' && finding.about.name.startsWith(`${name}-`));
  // What OTLP told is weighed as a whole, what is normal too; a stranger's word not at all.
  if (finding.about.kind === 'Service') return [];
  // Anomalies of the metrics are weighed against everybody's below; a leak is a pod's own.
  if (CONTEXT.has(finding.what)) return [];
  if (!entity || (finding.kind === 'anomaly' && finding.what !== 'leak')) return [];
  const kind = KINDS[finding.kind];
  return [{ entity, kind, strength: finding.strength, at: finding.at, what: finding.what, words: finding.words }];
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
      const evidence = shiftEvidence(service, shape, series, gathered.surroundings.since);
      if (evidence) all.push(evidence);
    }
  }
  return all;
}

function shiftEvidence(
  entity: string,
  { shape, what }: { shape: Shape; what: string },
  series: LabelledSeries,
  since: number,
): Evidence | null {
  const start = since - ALERT_LAG_MS;
  const values = (from: number, to: number) => ({
    values: series.points.filter((point) => point.at >= from && point.at < to).map((point) => point.value),
  });
  const incident = series.points.filter((point) => point.at >= start);
  const shift = shiftOf({
    shape,
    normal: values(0, start - RECENT_MS),
    recent: values(start - RECENT_MS, start),
    incident: { values: incident.map((point) => point.value) },
  });
  if (!shift) return null;
  const words = `${what} ${figure(shift.before, what)} → ${figure(shift.during, what)}`;
  return { entity, kind: 'metric', strength: strengthOf(shift.p), at: incident[shift.first]?.at ?? null, what, words };
}

export function figure(value: number, what: string): string {
  const two = (number: number) => String(Number(number.toPrecision(2)));
  if (what === 'latency') return value < 1 ? `${two(value * 1000)} ms` : `${two(value)} s`;
  if (what === 'traffic') return `${two(value)} requests/s`;
  return `${two(value * 100)} %`;
}

export const toSeries = (series: LabelledSeries): Series => ({
  times: Float64Array.from(series.points, (point) => point.at),
  values: Float64Array.from(series.points, (point) => point.value),
});
