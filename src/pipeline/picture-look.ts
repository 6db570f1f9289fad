import type { Incident } from '../domain/incident.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Finding } from '../domain/types/finding.ts';
import type { MetricPicture } from '../ports/charts.ts';
import type { LabelledSeries } from '../ports/metrics.ts';
import type { StageDeps } from './deps.ts';

/** What a picture is made for: an incident, and the time that is shown. */
export type PictureLook = {
  deps: StageDeps;
  incident: Incident;
  since: number;
  from: number;
  to: number;
  stepMs: number;
};

/** A picture without its marks, and what it shows in words. Null: nothing is known, or it is all as it should be. */
export type Drawn = {
  picture: Omit<MetricPicture, 'marks' | 'darkMode'>;
  words: string;
  of: Ref | null;
};
type Ref = { namespace: string; name: string };

/** Empty where nothing is known. */
export async function seriesOf({ deps, from, to, stepMs }: PictureLook, query: string | undefined) {
  if (query === undefined) return [];
  const answer = await deps.metrics.range(query, from, to, stepMs);
  return answer.ok ? answer.value : [];
}

export const labelled = (series: LabelledSeries[], label: string, value: string): LabelledSeries['points'] =>
  series.find(({ labels }) => labels[label] === value)?.points ?? [];

/** A curve has two points at least. */
export const isCurve = (points: readonly unknown[]): boolean => points.length >= 2;

export const lastOf = (points: readonly { value: number }[]): number => points.at(-1)?.value ?? Number.NaN;

export const findingsOf = ({ diagnosis, anomalies }: Incident): Finding[] =>
  [...(diagnosis?.findings ?? []), ...anomalies].sort((a, b) => b.strength - a.strength);

/** The object of this kind that the incident is about: what it names itself, what was found, what an alert's label says. */
export function objectMeant(
  incident: Incident,
  kind: EntityRef['kind'],
  labels: readonly string[],
): { namespace: string; name: string } | null {
  if (incident.entity?.kind === kind) return incident.entity;
  const found = findingsOf(incident).flatMap(({ object, about }) =>
    [object, about].filter((one) => one?.kind === kind),
  );
  if (found[0]) return found[0];
  for (const alert of incident.alerts)
    for (const label of labels) {
      const name = alert.labels[label];
      if (name) return { namespace: incident.namespace, name };
    }
  return null;
}
