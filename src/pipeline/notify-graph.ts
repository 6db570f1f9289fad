import { atLeastPercent } from '../domain/figures.ts';
import { graphWords } from '../domain/graph-words.ts';
import type { Incident, TimelineEntry } from '../domain/incident.ts';
import { namedCause } from '../domain/named-cause.ts';
import type { Diagnosis } from '../domain/types/diagnosis.ts';
import type { GraphPicture } from '../ports/charts.ts';
import type { StageDeps } from './deps.ts';
import { record } from './record.ts';
import { shareImage } from './share-image.ts';

/** The graph is due with the news of a diagnosis that names another cause than the last picture shows; one box alone is no graph. */
export function isGraphDue(lines: TimelineEntry[], incident: Incident): boolean {
  const { diagnosis, graph } = incident;
  if (!diagnosis?.affected || diagnosis.affected.nodes.length < 2) return false;
  return lines.some((line) => line.type === 'diagnosed') && graph?.of !== shownCause(diagnosis);
}

/** Sends the picture of the affected part into the thread, by itself, and remembers it for "Why?". What goes wrong is logged. */
export function sendGraph(deps: StageDeps, incident: Incident): void {
  void send(deps, incident).catch((error: unknown) =>
    deps.log.warn({ err: error, incident: incident.id }, 'the graph could not be made'),
  );
}

async function send(deps: StageDeps, incident: Incident): Promise<void> {
  const { diagnosis } = incident;
  if (!diagnosis) return;
  const picture = graphOf(incident.service, diagnosis);
  if (!picture) return;
  const png = await deps.charts.drawGraph(picture);
  const image = {
    png,
    fileName: `${incident.id}-graph.png`,
    title: picture.title,
    altText: `${picture.subtitle}. ${graphWords(picture.part)}`,
  };
  const file = await shareImage(deps, incident, image);
  if (file)
    await record(deps, incident.id, { type: 'pictured', at: deps.clock.now(), file, of: shownCause(diagnosis) });
}

const shownCause = (diagnosis: Diagnosis): string => namedCause(diagnosis)?.entity.name ?? '';

/** The affected part as a picture, with the verdict in words; null for a diagnosis without one. */
export function graphOf(
  service: string,
  { affected, named, causes }: Pick<Diagnosis, 'affected' | 'named' | 'causes'>,
): GraphPicture | null {
  if (!affected) return null;
  const [top] = causes;
  const share = top ? atLeastPercent(top.probability) : '';
  const self = top?.entity.name === service ? ' itself' : '';
  const verdict = top && named ? `Likely cause: ${top.entity.name}${self} (${share})` : null;
  const guess = top
    ? `No cause is sure enough to name; best guess ${top.entity.name} (${share})`
    : 'No cause was found';
  return { title: `${service}: the affected part`, subtitle: verdict ?? guess, part: affected, darkMode: false };
}
