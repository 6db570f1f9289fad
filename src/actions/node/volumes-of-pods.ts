import { isPlacedBy, type Placing, type Room, withTerms } from '../../domain/node-room.ts';
import { isRecord, readPath } from '../../domain/object-path.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { NodePod } from '../../ports/cluster-objects.ts';
import { CLAIMS, VOLUMES } from '../edit/edited-kinds.ts';
import { refusalOf } from '../workload/look.ts';

type Terms = NonNullable<Placing['nodeTerms']>;
/** A volume with the nodes that can have it; null: any can. `stays`: its data lies on the node itself, and doesn't go along. */
type Tied = { volume: string; terms: Terms | null; stays: boolean };
type Volumes = { ok: true; placed(pod: NodePod, placing: Placing): Placing } | { ok: false; refusal: Refusal };

const HOSTNAME = 'kubernetes.io/hostname';
const ZONES = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'];

/**
 * Where pods may go with their volumes: a disk of one zone, or of the node itself, doesn't follow a pod, and without it the pod waits for ever, or starts empty. A claim that isn't there, or has no volume yet,
 * ties its pod to nothing; one that can't be read may tie it to anything.
 */
export async function volumesOf(cluster: Cluster, pods: NodePod[], rooms: Room[]): Promise<Volumes> {
  const tied = new Map<string, Tied[]>();
  for (const pod of pods) {
    const name = `${pod.namespace}/${pod.name}`;
    if (pod.hostData) return no(`Pod ${name} keeps data in ${pod.hostData} of the node itself, which stays behind.`);
    const all = await Promise.all((pod.claims ?? []).map((claim) => tiedBy(cluster, pod.namespace, claim)));
    const own: Tied[] = [];
    for (const one of all) {
      if (one && 'code' in one) return { ok: false, refusal: one };
      if (one?.stays) return no(`Pod ${name} has its data on ${one.volume}, which lies on the node itself.`);
      if (one?.terms && !rooms.some((room) => isPlacedBy(one.terms!, room)))
        return no(
          `Pod ${name} needs ${one.volume}, which is tied to ${wordsOf(one.terms)}: no other node that is well and open can have it.`,
        );
      if (one) own.push(one);
    }
    tied.set(pod.uid, own);
  }
  return {
    ok: true,
    placed: (pod, placing) =>
      (tied.get(pod.uid) ?? []).reduce((all, { terms }) => (terms ? withTerms(all, terms) : all), placing),
  };
}

const no = (message: string): Volumes => ({ ok: false, refusal: { code: 'at_limit', message } });

async function tiedBy(cluster: Cluster, namespace: string, name: string): Promise<Tied | null | Refusal> {
  const claim = await cluster.custom.get({ kind: CLAIMS, namespace, name });
  if (!claim.ok)
    return claim.failure.kind === 'not_found' ? null : refusalOf(claim.failure, `Claim ${namespace}/${name}`);
  const volumeName = readPath(claim.value.object, ['spec', 'volumeName']);
  if (typeof volumeName !== 'string' || volumeName === '') return null;
  const found = await cluster.custom.get({ kind: VOLUMES, namespace: null, name: volumeName });
  if (!found.ok)
    return found.failure.kind === 'not_found' ? null : refusalOf(found.failure, `PersistentVolume ${volumeName}`);
  const { object, labels } = found.value;
  const given = readPath(object, ['spec', 'nodeAffinity', 'required', 'nodeSelectorTerms']);
  const terms = Array.isArray(given) ? given.map(expressionsOf) : zoneTerms(labels);
  const isOnNode = ['hostPath', 'local'].some((kind) => isRecord(readPath(object, ['spec', kind])));
  return { volume: `volume ${volumeName} (claim ${name})`, terms, stays: isOnNode && terms === null };
}

function expressionsOf(term: unknown): Terms[number] {
  const given = isRecord(term) && Array.isArray(term.matchExpressions) ? term.matchExpressions : [];
  return given.filter(isRecord).map(({ key, operator, values }) => ({
    key: String(key),
    operator: String(operator),
    values: Array.isArray(values) ? values.map(String) : [],
  }));
}

/** Volumes of older drivers say their zone by a label alone; several are joined by two underscores. */
function zoneTerms(labels: Record<string, string>): Terms | null {
  const key = ZONES.find((one) => labels[one] !== undefined);
  return key ? [[{ key, operator: 'In', values: labels[key]!.split('__') }]] : null;
}

const wordsOf = (terms: Terms): string =>
  terms
    .map((term) => term.map(({ key, operator, values }) => expressionWords(key, operator, values)).join(' and '))
    .join(' or ');

function expressionWords(key: string, operator: string, values: string[]): string {
  const list = values.join(', ');
  if (operator === 'In' && key === HOSTNAME) return `node ${list}`;
  if (operator === 'In' && (ZONES.includes(key) || key.endsWith('/zone'))) return `zone ${list}`;
  return `nodes with ${key} ${operator}${list === '' ? '' : ` ${list}`}`;
}
