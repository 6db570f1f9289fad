import { isRecord, readPath } from '../domain/object-path.ts';
import { ownerOf } from '../domain/pod-owner.ts';
import { parseQuantity } from '../domain/quantity.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Refusal, RefusalCode } from '../domain/types/refusal.ts';
import type { ActionContext } from '../extension-points.ts';
import { CLAIMS, STORAGE_CLASSES } from './edit/edited-kinds.ts';
import { editing, type Intended } from './edit/editing.ts';
import { numberFault } from './edit/number-fault.ts';
import { cannotLook, lookAtTarget } from './workload/look.ts';

/** To find the claims of a workload. */
const ROLLING_LOOK = ['deployments', 'statefulsets', 'daemonsets', 'replicasets', 'controllerrevisions'].map(
  (resource) => ({ group: 'apps', resource, verbs: ['get', 'list'] }),
);
const REQUEST = ['spec', 'resources', 'requests', 'storage'];
const FACTOR = 1.5;
const GI = 2 ** 30;
const MOST_GI = 500;

/** Half as much room again for a volume that fills up, where its class lets it grow while it is in use. It can't be made smaller afterwards. */
const expandVolume = editing({
  name: 'expand_volume',
  title: 'Make a volume larger',
  rungs: ['mitigate', 'remediate'],
  reversible: false,
  notUndone: "A volume can't be made smaller.",
  cures: { volume_filling: [16, 2], volume_full: [14, 3], volume_high: [12, 4], '*': [1, 6] },
  against: { namespace: ['quota_exceeded_storage'], workload: [] },
  params: { max_gi: 'the most Gi that it may ask for (500)' },
  paramFault: numberFault('max_gi', (value) => value > 0, 'must be a number over 0, in Gi'),
  permissions: [
    { group: '', resource: 'persistentvolumeclaims', verbs: ['get', 'list', 'patch'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
    ...ROLLING_LOOK,
    { group: 'storage.k8s.io', resource: 'storageclasses', verbs: ['get'] },
  ],
  intend,
  async settled({ cluster }, { place, fields }) {
    const found = await cluster.custom.get(place);
    if (!found.ok) return { kind: 'in_progress', message: found.failure.message };
    const { object } = found.value;
    const has = parseQuantity(text(readPath(object, ['status', 'capacity', 'storage']))) ?? 0;
    const asked = parseQuantity(text(fields[0]?.wrote)) ?? Number.POSITIVE_INFINITY;
    if (has >= asked) return { kind: 'settled', message: `The volume of ${place.name} has grown.` };
    const conditions = readPath(object, ['status', 'conditions']);
    const waits = (Array.isArray(conditions) ? conditions : []).some(
      (one) => isRecord(one) && one.type === 'FileSystemResizePending' && one.status === 'True',
    );
    const why = waits
      ? 'its file system grows when a pod mounts it anew: restart the pod that uses it'
      : 'it is growing';
    return { kind: 'in_progress', message: `${place.name}: ${why}.` };
  },
});

async function intend(context: ActionContext): Promise<Intended> {
  const { cluster, step } = context;
  const meant = await claimOf(context);
  if (!meant.ok) return meant;
  const { target } = meant;
  const place = { kind: CLAIMS, namespace: target.namespace, name: target.name };
  const claim = await cluster.custom.get(place);
  if (!claim.ok) return cannotLook(claim.failure, `PersistentVolumeClaim ${target.name}`);
  const { object } = claim.value;
  const asked = parseQuantity(text(readPath(object, REQUEST)));
  const has = parseQuantity(text(readPath(object, ['status', 'capacity', 'storage'])));
  const name = `PersistentVolumeClaim ${target.name}`;
  if (asked === null || has === null || readPath(object, ['status', 'phase']) !== 'Bound')
    return no('unsupported', `${name} has no volume yet.`);
  if (asked > has) return no('not_needed', `${name} is being made larger already.`);
  const className = readPath(object, ['spec', 'storageClassName']);
  if (typeof className !== 'string' || className === '')
    return no('unsupported', `${name} has no StorageClass that could make its volume larger.`);
  const found = await cluster.custom.get({ kind: STORAGE_CLASSES, namespace: null, name: className });
  if (!found.ok) return cannotLook(found.failure, `StorageClass ${className}`);
  if (readPath(found.value.object, ['allowVolumeExpansion']) !== true)
    return no(
      'unsupported',
      `StorageClass ${className} of ${name} doesn't let volumes grow (\`allowVolumeExpansion\`). Make room, or move the data to a larger volume.`,
    );
  const most = typeof step.params.max_gi === 'number' ? step.params.max_gi : MOST_GI;
  const wished = Math.min(Math.ceil((has * FACTOR) / GI), most);
  if (wished * GI <= has)
    return no(
      'at_limit',
      `${name} has ${Math.round(has / GI)}Gi, and Nightshift may ask for at most ${most}Gi (\`max_gi\`).`,
    );
  const users = await usersOf(context, target);
  if (!users.ok) return users;
  return {
    ok: true,
    intent: {
      kind: CLAIMS,
      object: claim.value,
      target,
      fields: [{ path: REQUEST, value: `${wished}Gi` }],
      summary: `Make the volume of ${target.name} larger, from ${text(readPath(object, REQUEST))} to ${wished}Gi`,
      blastRadius: {
        level: 'low',
        podsAffected: 0,
        podsTotal: 0,
        services: users.services,
        message: 'No pod is touched; the volume grows while it is in use.',
      },
      notes: ["It can't be made smaller again, and larger volumes cost more."],
    },
  };
}

type Claim = { ok: true; target: EntityRef } | { ok: false; refusal: Refusal };

/** The claim that is the target; of a workload the one that a finding names, or the only one that it has. */
async function claimOf(context: ActionContext): Promise<Claim> {
  const { target, findings } = context;
  if (target.kind === 'PersistentVolumeClaim') return { ok: true, target };
  const looked = await lookAtTarget(context);
  if (!looked.ok) return looked;
  const { workload, raw, pods } = looked.look;
  const volumes = readPath(raw, ['spec', 'template', 'spec', 'volumes']);
  const mounted = (Array.isArray(volumes) ? volumes : []).flatMap((one) => {
    const name = readPath(one, ['persistentVolumeClaim', 'claimName']);
    return typeof name === 'string' ? [name] : [];
  });
  const templates = readPath(raw, ['spec', 'volumeClaimTemplates']);
  const own = (Array.isArray(templates) ? templates : []).flatMap((one) =>
    pods.map((pod) => `${String(readPath(one, ['metadata', 'name']))}-${pod.name}`),
  );
  const all = [...mounted, ...own];
  const full = findings.filter(({ what }) => what.startsWith('volume_'));
  const named = all.filter((name) => full.some(({ message }) => message.split(/[\s,.:'"]+/).includes(name)));
  const [chosen, second] = named.length > 0 ? named : all;
  const subject = `${workload.kind} ${workload.name}`;
  if (chosen === undefined) return no('unsupported', `${subject} has no PersistentVolumeClaim.`);
  if (second !== undefined)
    return no('unsupported', `${subject} has several volumes, and nothing says which of them is full.`);
  return { ok: true, target: { kind: 'PersistentVolumeClaim', namespace: workload.namespace, name: chosen } };
}

/** Whose word it needs: everybody's whose pods mount it; the claim's own name where nobody's do. */
async function usersOf({ cluster }: ActionContext, { namespace, name }: EntityRef) {
  const [pods, workloads] = await Promise.all([cluster.pods(namespace, {}), cluster.workloads(namespace)]);
  if (!pods.ok) return cannotLook(pods.failure, `The pods of ${namespace}`);
  if (!workloads.ok) return cannotLook(workloads.failure, `The workloads of ${namespace}`);
  const mounting = pods.value.filter(({ claims = [] }) => claims.includes(name));
  const users = mounting.map((pod) => ownerOf(pod, workloads.value, {})?.name ?? pod.owner?.name ?? pod.name);
  const services = [...new Set(users.length > 0 ? users : [name])].sort().map((user) => `${namespace}/${user}`);
  return { ok: true as const, services };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const no = (code: RefusalCode, message: string): { ok: false; refusal: Refusal } => ({
  ok: false,
  refusal: { code, message },
});

export default expandVolume;
