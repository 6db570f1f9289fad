import { declaredReplicas, replicasAtLastRollout, replicasBeforeZero } from '../domain/former-replicas.ts';
import type { RefusalCode } from '../domain/types/refusal.ts';
import type { ActionContext } from '../extension-points.ts';
import { REPLICA_SETS } from './edit/edited-kinds.ts';
import { editing, type Intended } from './edit/editing.ts';
import { ofWorkload } from './edit/intent-of-workload.ts';
import { numberFault } from './edit/number-fault.ts';
import { lookForScaler, noPodTouched } from './edit/scaler.ts';
import { inTheWay, lookAtTarget, type WorkloadLook } from './workload/look.ts';
import { settleRollout } from './workload/settle.ts';

/** Events are kept for an hour by default; a longer look costs nothing. */
const LOOK_BACK_MS = 24 * 60 * 60_000;

/** A workload that was scaled to zero and is missed gets back the replicas that it had: as the step says (`params.replicas`), as its events tell, its autoscaler's minimum, or what its objects and metrics remember. Where none of them does, one is asked for. */
const scaleTo = editing({
  name: 'scale_to',
  title: 'Give back the replicas that there were',
  rungs: ['remediate'],
  reversible: true,
  cures: { zero_replicas: [18, 2], scaled_down: [10, 4], '*': [1, 5] },
  params: { replicas: 'how many there were, where nothing else tells' },
  paramFault: numberFault(
    'replicas',
    (value) => Number.isInteger(value) && value > 0,
    'must be a whole number from 1 on',
  ),
  against: { namespace: ['quota_full'], workload: ['quota_exceeded'] },
  permissions: [
    { group: 'apps', resource: 'deployments', verbs: ['get', 'list', 'patch'] },
    { group: 'apps', resource: 'statefulsets', verbs: ['get', 'list', 'patch'] },
    { group: 'apps', resource: 'replicasets', verbs: ['list'] },
    { group: 'apps', resource: 'controllerrevisions', verbs: ['list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
    { group: '', resource: 'events', verbs: ['list'] },
    { group: 'autoscaling', resource: 'horizontalpodautoscalers', verbs: ['get', 'list'] },
    { group: 'keda.sh', resource: 'scaledobjects', verbs: ['get', 'list'] },
  ],
  async intend(context: ActionContext): Promise<Intended> {
    const looked = await lookAtTarget(context);
    if (!looked.ok) return looked;
    const { look } = looked;
    const { workload } = look;
    const name = `${workload.kind} ${workload.name}`;
    if (workload.kind === 'DaemonSet') return no('unsupported', `${name}: a DaemonSet has one pod a node.`);
    if (workload.replicas > 0)
      return no('not_needed', `${name} has ${workload.replicas} replicas: it isn't scaled to zero.`);
    const busy = inTheWay(look, 'scaling');
    if (busy) return { ok: false, refusal: busy };
    const former = await formerReplicas(context, look);
    if (!former.ok) return former;
    const replicas = Math.min(former.replicas, context.limits.maxReplicas);
    return {
      ok: true,
      intent: {
        ...ofWorkload(look),
        fields: [{ path: ['spec', 'replicas'], value: replicas }],
        summary: `Scale ${workload.name} from 0 to ${replicas} replicas again`,
        blastRadius: noPodTouched(workload.namespace, workload.name, 0, `No pod is touched; ${replicas} are started.`),
        notes: [`${former.message} Somebody scaled it to zero: if that was meant, reject this.`],
        ...(former.guessed ? { onlyAsked: "how many replicas it had isn't known" } : {}),
      },
    };
  },
  settled: (context, { place, uid }, { startedAt }) =>
    settleRollout(context, { namespace: place.namespace ?? '', name: place.name, uid }, startedAt, () => null),
});

type Former = { ok: true; replicas: number; message: string; guessed?: true } | Extract<Intended, { ok: false }>;

/** The first that tells: the step, its events, its autoscaler, what was applied, its last rollout, its metrics. Where none does, one is a start that a person has to agree to. */
async function formerReplicas(context: ActionContext, look: WorkloadLook): Promise<Former> {
  const { workload, raw } = look;
  const given = context.step.params.replicas;
  if (typeof given === 'number' && Number.isInteger(given) && given > 0)
    return { ok: true, replicas: given, message: `The step says ${given}.` };
  const events = await byEvents(context, look);
  if (events !== null)
    return { ok: true, replicas: events, message: `It had ${events} before it was scaled to zero, as its events say.` };
  const scaler = await lookForScaler({ ...context, target: workload });
  if (!scaler.ok) return scaler;
  const least = scaler.look?.min ?? 0;
  if (scaler.look && least > 0)
    return {
      ok: true,
      replicas: least,
      message: `${scaler.look.kind.kind} ${scaler.look.object.name} asks for at least ${least}.`,
    };
  const declared = declaredReplicas(raw);
  if (declared !== null)
    return { ok: true, replicas: declared, message: `${declared} were declared when it was last applied.` };
  const rollout = await byReplicaSets(context, look);
  if (rollout !== null)
    return { ok: true, replicas: rollout, message: `It had ${rollout} at its last rollout, as its ReplicaSets say.` };
  const usual = await byMetrics(context, look);
  if (usual !== null)
    return { ok: true, replicas: usual, message: `It usually had ${usual} in the last day, as its metrics say.` };
  return { ok: true, replicas: 1, guessed: true, message: "How many it had isn't known, so this is a start." };
}

async function byEvents({ cluster, clock }: ActionContext, { workload }: WorkloadLook): Promise<number | null> {
  const events = await cluster.events(workload.namespace, clock.now() - LOOK_BACK_MS);
  if (!events.ok) return null;
  const own = events.value.filter(({ about }) => about.name === workload.name);
  return replicasBeforeZero(own.sort((left, right) => right.at - left.at).map(({ message }) => message));
}

async function byReplicaSets({ cluster }: ActionContext, { workload }: WorkloadLook): Promise<number | null> {
  if (workload.kind !== 'Deployment') return null;
  const listed = await cluster.custom.list(REPLICA_SETS, workload.namespace);
  if (!listed.ok) return null;
  return replicasAtLastRollout(
    listed.value.map(({ object }) => object),
    workload.uid,
  );
}

/** Of kube-state-metrics; names are Kubernetes' own, which need no escaping. */
async function byMetrics({ metrics, clock }: ActionContext, { workload }: WorkloadLook): Promise<number | null> {
  const kind = workload.kind.toLowerCase();
  const series = workload.kind === 'Deployment' ? 'kube_deployment_spec_replicas' : 'kube_statefulset_replicas';
  const wanted = `${series}{namespace="${workload.namespace}",${kind}="${workload.name}"}`;
  const answer = await metrics.instant(`quantile_over_time(0.5, (${wanted} > 0)[1d:5m])`, clock.now());
  const usual = answer.ok ? Math.round(answer.value[0]?.value ?? 0) : 0;
  return usual > 0 ? usual : null;
}

const no = (code: RefusalCode, message: string): Extract<Intended, { ok: false }> => ({
  ok: false,
  refusal: { code, message },
});

export default scaleTo;
