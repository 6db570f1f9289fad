import type { LabelledSeries, Metrics } from '../ports/metrics.ts';

/** One time that one alert fired, as Prometheus recorded it. `to` null: it still fired at the end of what was looked at. */
export type Firing = { labels: Record<string, string>; from: number; to: number | null };

const HOUR = 3_600_000;
const PART_MS = 6 * HOUR;
/** Of one part. */
const MOST_FIRINGS = 20_000;

/** To the second for two hours, as fine as a scrape for a day; coarser for longer, where half a minute more or less says little. */
export function stepFor(spanMs: number): number {
  if (spanMs <= 2 * HOUR) return 1_000;
  if (spanMs <= 24 * HOUR) return 15_000;
  return spanMs <= 7 * 24 * HOUR ? 30_000 : 60_000;
}

/**
 * What fired from `from` to `to`, by Prometheus' own record: `ALERTS{alertstate="firing"}`, six hours at a time. `ALERTS_FOR_STATE` tells since when an alert was active that fired already at `from`.
 * Parts that give no answer are named in `missing` and left out.
 */
export async function recordedFirings(
  metrics: Metrics,
  from: number,
  to: number,
  progress: (at: number) => void,
): Promise<{ firings: Firing[]; missing: string[] }> {
  const stepMs = stepFor(to - from);
  const points = new Map<string, LabelledSeries>();
  const missing: string[] = [];
  for (let start = from; start < to; start += PART_MS) {
    const end = Math.min(to, start + PART_MS - 1);
    progress(start);
    const answer = await metrics.range('ALERTS{alertstate="firing"}', start, end, stepMs);
    if (!answer.ok) {
      missing.push(`${new Date(start).toISOString()} to ${new Date(end).toISOString()}: ${answer.failure.message}`);
      continue;
    }
    for (const series of answer.value) {
      const key = JSON.stringify(Object.entries(series.labels).sort());
      const known = points.get(key);
      if (known) known.points.push(...series.points);
      else points.set(key, { labels: alertLabels(series.labels), points: [...series.points] });
    }
    if (points.size > MOST_FIRINGS) {
      missing.push(`after ${new Date(end).toISOString()}: more than ${MOST_FIRINGS} alerts; choose a shorter time`);
      break;
    }
  }
  const firings = [...points.values()].flatMap((series) => firingsOf(series, stepMs, to));
  await dateBack(metrics, firings, from, stepMs);
  return { firings: firings.sort((a, b) => a.from - b.from), missing };
}

function alertLabels({ __name__: _name, alertstate: _state, ...labels }: Record<string, string>) {
  return labels;
}

/** Points in an unbroken row are one firing: a sample that was missed now and then breaks none. */
function firingsOf({ labels, points }: LabelledSeries, stepMs: number, end: number): Firing[] {
  const firings: Firing[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { at } of points) {
    const current = firings.at(-1);
    if (current && at - last <= 2 * stepMs) current.to = at + stepMs;
    else firings.push({ labels, from: at, to: at + stepMs });
    last = at;
  }
  return firings.map((one) => ({ ...one, to: (one.to ?? 0) >= end ? null : one.to }));
}

/** What fired already when the window begins has begun earlier. */
async function dateBack(metrics: Metrics, firings: Firing[], from: number, stepMs: number): Promise<void> {
  const old = firings.filter((one) => one.from < from + stepMs);
  if (old.length === 0) return;
  const answer = await metrics.instant('ALERTS_FOR_STATE', from + stepMs);
  if (!answer.ok) return;
  const keyOf = (labels: Record<string, string>) => JSON.stringify(Object.entries(labels).sort());
  const since = new Map(answer.value.map(({ labels, value }) => [keyOf(alertLabels(labels)), value * 1000]));
  for (const one of old) one.from = Math.min(one.from, since.get(keyOf(one.labels)) ?? one.from);
}
