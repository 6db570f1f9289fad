import { deviation } from '../analysis/baseline.ts';
import { senseOf } from '../analysis/metric-sense.ts';
import { type Series, toSeries } from '../analysis/series.ts';
import { scoreService } from '../analysis/service-model.ts';
import type { MetricReading, ServiceReport } from '../extension-points/reports.ts';
import type { Workload } from '../ports/cluster-objects.ts';
import type { KnownService } from './baselines.ts';
import type { LearningDeps } from './deps.ts';

const RECENT_MS = 60 * 60_000;
const STEP_MS = 60_000;

export type ScoreAnswer = { ok: true; report: ServiceReport } | { ok: false; message: string };

/** How a service stands against what it normally does, for a person who asks. Without a model it refuses, says why, and has one trained. */
export async function scoreNow(deps: LearningDeps, reference: string): Promise<ScoreAnswer> {
  const found = await findService(deps, reference);
  if (!found.ok) return found;
  const { namespace, name } = found.workload;
  const known = deps.models.find(namespace, name);
  if (!known) {
    void deps.training.train(namespace, name, 'missing');
    const waiting = deps.training.progress().waiting;
    const message = `There is no model of ${name} yet, so nothing about it is called anomalous. It is being learned now${waiting > 0 ? ` (${waiting} others wait too)` : ''}; ask again in a minute.`;
    return { ok: false, message };
  }
  const at = deps.clock.now();
  const recent = await recentOf(deps, known, at);
  return { ok: true, report: reportOf(deps, known, recent, at) };
}

async function recentOf(deps: LearningDeps, known: KnownService, at: number): Promise<Record<string, Series>> {
  const recent: Record<string, Series> = {};
  const ask = async (metric: string) => {
    const query = deps.queries.quickOfService(metric as never, known.namespace, known.service);
    const answer = await deps.metrics.range(query, at - RECENT_MS, at, STEP_MS);
    const [series] = answer.ok ? answer.value : [];
    if (series) recent[metric] = toSeries(series.points);
  };
  await Promise.all(known.metrics.map(({ metric }) => ask(metric)));
  return recent;
}

function reportOf(deps: LearningDeps, known: KnownService, recent: Record<string, Series>, at: number): ServiceReport {
  const { namespace, service, version, trainedAt, from, to, points } = known;
  const score = known.forest && scoreService(known.forest, recent);
  const [carrier] = score?.carriers ?? [];
  return {
    namespace,
    service,
    at,
    readings: known.metrics.map(({ metric, baseline }) => readingOf(deps, metric, baseline, recent[metric] ?? EMPTY)),
    forest: score && {
      probability: score.probability,
      decision: score.decision,
      mostly: carrier ? senseOf(carrier.metric, '').label : '',
    },
    model: { version, trainedAt, from, to, points },
  };
}

const EMPTY: Series = { times: new Float64Array(0), values: new Float64Array(0) };

function readingOf(
  deps: LearningDeps,
  metric: string,
  baseline: KnownService['metrics'][number]['baseline'],
  recent: Series,
): MetricReading {
  const sense = senseOf(metric, deps.queries.unit(metric as never));
  const { observed, band, direction, probability } = deviation(baseline, recent);
  const isSilent = !Number.isFinite(observed);
  return {
    label: sense.label,
    now: isSilent ? 'no data' : sense.show(observed),
    low: sense.show(band.low),
    high: sense.show(band.high),
    direction: isSilent ? 'silent' : direction,
    probability,
  };
}

/** The workload of that name: `name`, or `namespace/name` where several have it. */
export async function findService(
  deps: LearningDeps,
  reference: string,
): Promise<{ ok: true; workload: Workload } | { ok: false; message: string }> {
  const [name = '', namespace = null] = reference.trim().split('/').reverse();
  const all = await deps.cluster.workloads(namespace);
  if (!all.ok) return { ok: false, message: 'The cluster can not be asked right now; try again in a moment.' };
  const named = all.value.filter((workload) => workload.name === name);
  const [workload] = named;
  if (!workload) return { ok: false, message: 'No workload of that name runs in the cluster.' };
  if (named.length === 1) return { ok: true, workload };
  const choices = named.map((one) => `\`${one.namespace}/${one.name}\``).join(', ');
  return { ok: false, message: `Several have that name: ${choices}. Say which.` };
}
