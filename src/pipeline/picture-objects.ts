import { finePercent } from '../domain/figures.ts';
import { ownsPodNamed } from '../domain/pod-names.ts';
import type { Point } from '../ports/metrics.ts';
import {
  type Drawn,
  findingsOf,
  isCurve,
  labelled,
  lastOf,
  objectMeant,
  type PictureLook,
  seriesOf,
} from './picture-look.ts';

/** How full the volume is, to its end, with the instant at which it will be full as foretold. */
export async function volumePicture(look: PictureLook): Promise<Drawn | null> {
  const { deps, incident } = look;
  const labels = ['persistentvolumeclaim', 'exported_persistentvolumeclaim'];
  const claim = objectMeant(incident, 'PersistentVolumeClaim', labels);
  if (!claim) return null;
  const all = await seriesOf(look, deps.queries.volumes(claim.namespace));
  const used = labelled(all, 'persistentvolumeclaim', claim.name);
  const last = used.at(-1);
  if (!isCurve(used) || !last) return null;
  const fullAt = incident.closedAt === null ? foretold(look, last) : null;
  const size = [used[0]!.at, fullAt ?? last.at].map((at) => ({ at, value: 1 }));
  const ahead =
    fullAt === null
      ? []
      : [{ name: `foretold: full ${utc(fullAt)}`, as: 'bound' as const, points: [last, { at: fullAt, value: 1 }] }];
  return {
    picture: {
      title: `${claim.name}: used, share of the volume`,
      unit: 'ratio',
      name: 'used',
      series: used,
      band: null,
      beside: [{ name: 'its size', as: 'bound', points: size }, ...ahead],
    },
    words: `${finePercent(last.value)} used at the end${fullAt === null ? '' : `; full at ${utc(fullAt)} as foretold`}`,
    of: { namespace: incident.namespace, name: incident.service },
  };
}

function foretold({ incident }: PictureLook, last: Point): number | null {
  const [found] = findingsOf(incident).filter(({ what, damageAt }) => what === 'volume_filling' && damageAt);
  return found?.damageAt && found.damageAt > last.at && last.value < 1 ? found.damageAt : null;
}

const utc = (at: number): string => `${new Date(at).toISOString().slice(11, 16)} UTC`;

/** The autoscaler's replicas against the most that it may have; null where it was never at its most. */
export async function autoscalerPicture(look: PictureLook): Promise<Drawn | null> {
  const { deps, incident } = look;
  const scaler = await scalerMeant(look);
  if (!scaler) return null;
  const lines = await seriesOf(look, deps.queries.autoscaler?.(scaler.namespace, scaler.name));
  const [now, wanted, most] = ['now', 'wanted', 'most'].map((one) => labelled(lines, 'line', one));
  if (!isCurve(now!) || !isCurve(most!)) return null;
  const mostAt = new Map(most!.map(({ at, value }) => [at, value]));
  if (!now!.some(({ at, value }) => value >= (mostAt.get(at) ?? Number.POSITIVE_INFINITY))) return null;
  const beside = [
    { name: 'most', as: 'bound' as const, points: most! },
    { name: 'wanted', as: 'line' as const, points: wanted! },
  ].filter(({ points }) => isCurve(points));
  return {
    picture: {
      title: `${scaler.name}: replicas and the autoscaler’s bound`,
      ...{ unit: '', whole: true as const, name: 'replicas', series: now!, band: null, beside },
    },
    words: `${lastOf(now!)} replicas at the end, ${lastOf(most!)} at most`,
    of: { namespace: incident.namespace, name: incident.service },
  };
}

async function scalerMeant({ deps, incident, since }: PictureLook) {
  const named = objectMeant(incident, 'HorizontalPodAutoscaler', ['horizontalpodautoscaler', 'hpa']);
  if (named) return named;
  const all = await deps.cluster.scaling(incident.namespace, since);
  const own = all.ok ? all.value.find(({ target }) => target.name === incident.service) : undefined;
  // KEDA makes an autoscaler of this name.
  return own ? { ...own, name: own.kind === 'ScaledObject' ? `keda-hpa-${own.name}` : own.name } : null;
}

/** The share of their time slices in which containers waited for the CPU that their limit keeps from them: the worst of them. */
export async function throttlingPicture(look: PictureLook): Promise<Drawn | null> {
  const { deps, incident } = look;
  const { namespace, service } = incident;
  const all = await seriesOf(look, deps.queries.throttling?.(namespace));
  const own = all.filter(({ labels }) => ownsPodNamed(service, labels.pod ?? ''));
  const worst = own.sort((a, b) => peakOf(b.points) - peakOf(a.points))[0]?.points ?? [];
  if (!isCurve(worst) || peakOf(worst) < LEAST_THROTTLED) return null;
  return {
    picture: {
      title: `${service}: time slices throttled by the CPU limit`,
      ...{ unit: 'ratio', name: 'the worst pod', series: worst, band: null },
    },
    words: `${finePercent(lastOf(worst))} at the end, ${finePercent(peakOf(worst))} at most`,
    of: { namespace, name: service },
  };
}

/** Less is nothing that anybody feels. */
const LEAST_THROTTLED = 0.1;
const peakOf = (points: readonly Point[]): number => points.reduce((most, { value }) => Math.max(most, value), 0);

/** Whether the node was ready, and under which pressures; null where it was well all the time. */
export async function nodePicture(look: PictureLook): Promise<Drawn | null> {
  const node = objectMeant(look.incident, 'Node', ['node', 'exported_node', 'node_name', 'kubernetes_node']);
  if (!node) return null;
  const all = await seriesOf(look, look.deps.queries.node?.(node.name));
  const ready = labelled(all, 'condition', 'Ready');
  if (!isCurve(ready)) return null;
  const pressures = all.flatMap(({ labels, points }) => {
    const isOn = labels.condition !== 'Ready' && points.some(({ value }) => value > 0);
    return isOn ? [{ name: labels.condition ?? '', as: 'line' as const, points }] : [];
  });
  const wasReady = ready.every(({ value }) => value > 0);
  if (wasReady && pressures.length === 0) return null;
  const names = pressures.map(({ name }) => name).join(', ');
  return {
    picture: {
      title: `${node.name}: the node’s conditions`,
      ...{ unit: 'yes/no', whole: true as const, name: 'Ready', series: ready, band: null, beside: pressures },
    },
    words: `the node is ${lastOf(ready) > 0 ? 'ready' : 'not ready'} at the end${names ? `; it had ${names}` : ''}`,
    of: null,
  };
}
