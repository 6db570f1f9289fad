import type { LabelledSeries, Point } from '../ports/metrics.ts';
import { type Drawn, isCurve, labelled, lastOf, type PictureLook, seriesOf } from './picture-look.ts';

/** A crash that began the trouble was a little before its first sign. */
const JUST_BEFORE_MS = 10 * 60_000;

/** Ready pods against those that are wanted, and when containers started again; null where all were there and none did. */
export async function podsPicture(look: PictureLook): Promise<Drawn | null> {
  const { deps, incident, since } = look;
  const { namespace, service } = incident;
  const lines = await seriesOf(look, deps.queries.pods?.(namespace, service));
  const [ready, wanted] = [labelled(lines, 'line', 'ready'), labelled(lines, 'line', 'wanted')];
  if (!isCurve(ready)) return null;
  const restarts = restartsAt(await seriesOf(look, deps.queries.restartsByPod?.(namespace, service)));
  const isTrouble = ({ at }: Point) => at >= since - JUST_BEFORE_MS;
  const wantedAt = new Map(wanted.map(({ at, value }) => [at, value]));
  const wereMissing = ready.some((one) => isTrouble(one) && one.value < (wantedAt.get(one.at) ?? 0));
  const count = restarts.filter(isTrouble).reduce((sum, { value }) => sum + value, 0);
  if (!wereMissing && count === 0) return null;
  const bars = restarts.length > 0 ? [{ name: 'restarts', as: 'bars' as const, points: restarts }] : [];
  return {
    picture: {
      title: `${service}: ready pods${bars.length > 0 ? ' and restarts' : ''}`,
      unit: '',
      whole: true,
      name: 'ready pods',
      series: ready,
      band: null,
      beside: [{ name: 'pods wanted', as: 'bound', points: wanted }, ...bars],
    },
    words: `${lastOf(ready)} of ${lastOf(wanted)} pods ready at the end; ${count} ${count === 1 ? 'restart' : 'restarts'} since shortly before the trouble`,
    of: { namespace, name: service },
  };
}

/** How often containers of all pods started again between a point and the one before. A pod that is new or gone is no restart. */
function restartsAt(byPod: LabelledSeries[]): Point[] {
  const sums = new Map<number, number>();
  for (const { points } of byPod)
    for (const [index, { at, value }] of points.entries()) {
      const more = Math.max(0, value - (points[index - 1]?.value ?? value));
      if (more > 0) sums.set(at, (sums.get(at) ?? 0) + more);
    }
  return [...sums].map(([at, value]) => ({ at, value })).sort((a, b) => a.at - b.at);
}
