import { troubleSince } from '../domain/began.ts';
import type { ChartName } from '../domain/finding-info.ts';
import type { Incident, TimelineEntry } from '../domain/incident.ts';
import { isByHand, isProposal } from '../domain/proposal.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import { LOOK_BACK_MS } from '../evidence/gather.ts';
import { demandPicture } from '../learning/forecast-demand.ts';
import type { MetricPicture } from '../ports/charts.ts';
import type { StageDeps } from './deps.ts';
import type { PictureLook } from './picture-look.ts';
import { metricPicture } from './picture-metric.ts';
import { autoscalerPicture, nodePicture, throttlingPicture, volumePicture } from './picture-objects.ts';
import { podsPicture } from './picture-pods.ts';
import { shownBy } from './picture-shown.ts';
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

/** What the trouble is about as a picture, with its span, rollouts and our own changes; null without data, and where nothing of it is unusual. */
export async function pictureOf(
  deps: StageDeps,
  incident: Incident,
): Promise<{ picture: MetricPicture; altText: string } | null> {
  if (isProposal(incident) && !isByHand(incident)) return demandPicture(deps, incident.namespace, incident.service);
  const shown = shownBy(deps.kinds, incident);
  if (!shown) return null;
  const now = deps.clock.now();
  const since = troubleSince(incident, now, LOOK_BACK_MS);
  const from = Math.min(since, incident.openedAt) - BEFORE_MS;
  const to = Math.min(now, (incident.closedAt ?? Number.POSITIVE_INFINITY) + AFTER_MS);
  const stepMs = Math.max(LEAST_STEP_MS, Math.ceil((to - from) / POINTS / 1000) * 1000);
  const drawn = await drawnOf({ deps, incident, since, from, to, stepMs }, shown);
  if (!drawn) return null;
  const marks: MetricPicture['marks'] = [
    { kind: 'span', from: since, to: incident.closedAt, label: 'trouble' },
    ...(drawn.of ? await rollouts(deps, drawn.of.namespace, drawn.of.name, from) : []),
    ...incident.executions.map((run) => ({
      kind: 'moment' as const,
      at: run.startedAt,
      label: run.recommendation.step.action.replaceAll('_', ' '),
    })),
  ];
  const picture = { ...drawn.picture, marks, darkMode: false };
  return { picture, altText: altTextOf(picture, drawn.words, since) };
}

function drawnOf(look: PictureLook, { chart, about }: { chart: ChartName; about: EntityRef | null }) {
  switch (chart) {
    case 'pods':
      return podsPicture(look);
    case 'volume':
      return volumePicture(look);
    case 'autoscaler':
      return autoscalerPicture(look);
    case 'throttling':
      return throttlingPicture(look);
    case 'node':
      return nodePicture(look);
    default:
      return metricPicture(look, chart, about);
  }
}

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
function altTextOf({ title, series, marks }: MetricPicture, words: string, since: number): string {
  const minutes = Math.round(((series.at(-1)?.at ?? since) - (series[0]?.at ?? since)) / 60_000);
  const moments = marks.flatMap((mark) => (mark.kind === 'moment' ? [mark.label] : []));
  const marked = moments.length > 0 ? ` Marked: ${moments.join(', ')}.` : '';
  return `${title} over ${minutes} minutes: ${words}. Trouble since ${new Date(since).toISOString().slice(11, 16)} UTC.${marked}`;
}
