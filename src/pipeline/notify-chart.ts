import { type Baseline, expectedAt } from '../analysis/baseline.ts';
import { senseOf } from '../analysis/metric-sense.ts';
import { troubleSince } from '../domain/began.ts';
import type { Incident, TimelineEntry } from '../domain/incident.ts';
import { namedCause } from '../domain/named-cause.ts';
import { isByHand, isProposal } from '../domain/proposal.ts';
import { CHART_OF_FINDING } from '../domain/vocabulary.ts';
import { LOOK_BACK_MS } from '../evidence/gather.ts';
import type { IssueKind } from '../extension-points.ts';
import { demandPicture } from '../learning/forecast-demand.ts';
import type { MetricPicture } from '../ports/charts.ts';
import type { LabelledSeries, MetricName } from '../ports/metrics.ts';
import type { StageDeps } from './deps.ts';
import { shareImage } from './share-image.ts';

const BEFORE_MS = 60 * 60_000;
const AFTER_MS = 10 * 60_000;
const POINTS = 240;
const LEAST_STEP_MS = 15_000;
const MOST_ROLLOUTS = 3;

/** A picture is due with the news of the first diagnosis, and of the end. */
export function isPictureDue(lines: TimelineEntry[], timeline: TimelineEntry[]): boolean {
  const first = timeline.find((line) => line.type === 'diagnosed');
  // The two are read apart: the same line is another object in each.
  const isFirst = (line: TimelineEntry) => line.type === first?.type && line.at === first.at;
  return lines.some((line) => isFirst(line) || (line.to === 'closed' && line.from !== 'closed'));
}

/** Sends the incident's chart into its thread, by itself: the message and its deadline don't wait for it. A chart that can't be made or sent is logged. */
export function sendPicture(deps: StageDeps, incident: Incident): void {
  void send(deps, incident).catch((error: unknown) =>
    deps.log.warn({ err: error, incident: incident.id }, 'the chart could not be made'),
  );
}

async function send(deps: StageDeps, incident: Incident): Promise<void> {
  const made = await pictureOf(deps, incident);
  if (!made) return;
  const png = await deps.charts.draw(made.picture);
  const image = { png, fileName: `${incident.id}.png`, title: made.picture.title, altText: made.altText };
  await shareImage(deps, incident, image);
}

const UNITS: Partial<Record<MetricName, string>> = { latency_p99: 's', request_rate: '1/s' };

const OF_LIMIT = new Set<MetricName>(['memory_ratio', 'cpu_ratio']);

/** The metric that carries the incident, with its normal band, the trouble's span, rollouts and our own changes; null without data. */
export async function pictureOf(
  deps: StageDeps,
  incident: Incident,
): Promise<{ picture: MetricPicture; altText: string } | null> {
  if (isProposal(incident) && !isByHand(incident)) return demandPicture(deps, incident.namespace, incident.service);
  const metric = metricOf(deps.kinds, incident);
  const { namespace, name } = entityOf(incident, metric);
  const since = troubleSince(incident, deps.clock.now(), LOOK_BACK_MS);
  const from = Math.min(since, incident.openedAt) - BEFORE_MS;
  const to = Math.min(deps.clock.now(), (incident.closedAt ?? Number.POSITIVE_INFINITY) + AFTER_MS);
  const stepMs = Math.max(LEAST_STEP_MS, Math.ceil((to - from) / POINTS / 1000) * 1000);
  const answer = await deps.metrics.range(deps.queries.quickOfService(metric, namespace, name), from, to, stepMs);
  const [series] = answer.ok ? answer.value : [];
  if (!series || series.points.length < 2) return null;
  const baseline = deps.baselines.atHand(metric, namespace, name);
  const sense = senseOf(metric, deps.queries.unit(metric));
  const picture: MetricPicture = {
    title: `${name}: ${sense.label}${OF_LIMIT.has(metric) ? ', share of its limit' : ''}`,
    unit: UNITS[metric] ?? 'ratio',
    series: series.points.map(({ at, value }) => ({ at, value })),
    band: baseline && bandOf(baseline, series),
    marks: [
      { kind: 'span', from: since, to: incident.closedAt, label: 'trouble' },
      ...(await rollouts(deps, namespace, name, from)),
      ...incident.executions.map((run) => ({
        kind: 'moment' as const,
        at: run.startedAt,
        label: run.recommendation.step.action.replaceAll('_', ' '),
      })),
    ],
    darkMode: false,
  };
  return { picture, altText: altTextOf(picture, series, sense.show, baseline, since) };
}

function metricOf(kinds: readonly IssueKind[], incident: Incident): MetricName {
  const named = kinds.find(({ name }) => name === incident.diagnosis?.issue.kind)?.chart;
  if (named) return named;
  const findings = [...incident.anomalies, ...(incident.diagnosis?.findings ?? [])];
  const told = findings.sort((a, b) => b.strength - a.strength).find((one) => CHART_OF_FINDING[one.what]);
  return CHART_OF_FINDING[told?.what ?? ''] ?? 'latency_p99';
}

/** Memory and crashes are the cause's own; slowness and errors are shown where they hurt. */
function entityOf(incident: Incident, metric: MetricName): { namespace: string; name: string } {
  const cause = namedCause(incident.diagnosis)?.entity;
  const isOwn = ['memory_ratio', 'cpu_ratio'].includes(metric);
  if (cause && isOwn && cause.kind !== 'Node' && cause.kind !== 'Pod') return cause;
  return { namespace: incident.namespace, name: incident.service };
}

const bandOf = (baseline: Baseline, series: LabelledSeries) =>
  series.points.map(({ at }) => {
    const { low, high } = expectedAt(baseline, at);
    return { at, low, high };
  });

async function rollouts(
  deps: StageDeps,
  namespace: string,
  name: string,
  from: number,
): Promise<MetricPicture['marks']> {
  const workload = await deps.cluster.workload(namespace, name);
  const revisions = workload.ok ? await deps.cluster.revisions(workload.value) : null;
  if (!revisions?.ok) return [];
  return revisions.value
    .filter((revision) => revision.createdAt >= from)
    .sort((a, b) => b.createdAt - a.createdAt)
    .slice(0, MOST_ROLLOUTS)
    .map((revision) => ({ kind: 'moment', at: revision.createdAt, label: `rollout ${revision.revision}` }));
}

/** The same for those who can't see it. */
function altTextOf(
  picture: MetricPicture,
  series: LabelledSeries,
  show: (value: number) => string,
  baseline: Baseline | null,
  since: number,
): string {
  const last = series.points.at(-1);
  const peak = series.points.reduce((most, { value }) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const minutes = Math.round(((last?.at ?? since) - (series.points[0]?.at ?? since)) / 60_000);
  const band = baseline && last ? expectedAt(baseline, last.at) : null;
  const normal = band ? `normal now ${show(band.low)} to ${show(band.high)}` : 'what is normal is not known yet';
  const moments = picture.marks.flatMap((mark) => (mark.kind === 'moment' ? [mark.label] : []));
  const marked = moments.length > 0 ? ` Marked: ${moments.join(', ')}.` : '';
  return `${picture.title} over ${minutes} minutes: ${show(last?.value ?? Number.NaN)} at the end, ${show(peak)} at most; ${normal}. Trouble since ${new Date(since).toISOString().slice(11, 16)} UTC.${marked}`;
}
