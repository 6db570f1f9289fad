import type { RefusalCode } from '../domain/types.ts';
import type { ActionContext } from '../extension-points.ts';
import { editing, type Intended } from './edit/editing.ts';
import { ofWorkload } from './edit/of-workload.ts';
import { lookForScaler, noPodTouched } from './edit/scaler.ts';
import { inTheWay, type Look, lookAtTarget } from './workload/look.ts';
import { settleRollout } from './workload/settle.ts';

/** Events are kept for an hour by default; a longer look costs nothing. */
const LOOK_BACK_MS = 24 * 60 * 60_000;

/** A workload that was scaled to zero and is missed gets back the replicas that it had: as the step says (`params.replicas`), as its events tell, or its autoscaler's minimum. Where none of them does, none is made up. */
const scaleTo = editing({
  name: 'scale_to',
  title: 'Give back the replicas that there were',
  rungs: ['remediate'],
  reversible: true,
  cures: { zero_replicas: [18, 2], scaled_down: [10, 4], '*': [1, 5] },
  params: { replicas: 'how many there were, where nothing else tells' },
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
      },
    };
  },
  settled: (context, { place, uid }, { startedAt }) =>
    settleRollout(context, { namespace: place.namespace ?? '', name: place.name, uid }, startedAt, () => null),
});

/** As versions of Kubernetes tell it. */
function toZero(message: string): string | undefined {
  const found = /from (\d+) to 0\b|to 0 from (\d+)/.exec(message);
  return found?.[1] ?? found?.[2];
}

type Former = { ok: true; replicas: number; message: string } | Extract<Intended, { ok: false }>;

async function formerReplicas(context: ActionContext, { workload }: Look): Promise<Former> {
  const { cluster, clock, step } = context;
  const given = step.params.replicas;
  if (typeof given === 'number' && Number.isInteger(given) && given > 0)
    return { ok: true, replicas: given, message: `The step says ${given}.` };
  const events = await cluster.events(workload.namespace, clock.now() - LOOK_BACK_MS);
  const told = events.ok
    ? events.value
        .filter(({ about }) => about.name === workload.name)
        .sort((left, right) => right.at - left.at)
        .flatMap(({ message }) => toZero(message) ?? [])
    : [];
  const last = Number(told[0] ?? 0);
  if (last > 0)
    return { ok: true, replicas: last, message: `It had ${last} before it was scaled to zero, as its events say.` };
  const scaler = await lookForScaler({ ...context, target: workload });
  if (!scaler.ok) return scaler;
  const least = scaler.look?.min ?? 0;
  if (scaler.look && least > 0)
    return {
      ok: true,
      replicas: least,
      message: `${scaler.look.kind.kind} ${scaler.look.object.name} asks for at least ${least}.`,
    };
  return no(
    'no_data',
    `How many replicas ${workload.kind} ${workload.name} had isn't known. \`kubectl scale ${workload.kind.toLowerCase()}/${workload.name} -n ${workload.namespace} --replicas=N\` gives it some.`,
  );
}

const no = (code: RefusalCode, message: string): Extract<Intended, { ok: false }> => ({
  ok: false,
  refusal: { code, message },
});

export default scaleTo;
