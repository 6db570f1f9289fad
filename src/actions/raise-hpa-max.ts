import type { RefusalCode } from '../domain/types/refusal.ts';
import type { ActionContext } from '../extension-points.ts';
import { editing, type Intended } from './edit/editing.ts';
import { lookForScaler, noPodTouched, type ScalerLook } from './edit/scaler.ts';
import { cannotLook } from './workload/look.ts';

const FACTOR = 1.5;

/** An autoscaler that wants more pods than its maximum allows gets half as many more, within the limit of the settings. */
const raiseHpaMax = editing({
  name: 'raise_hpa_max',
  title: "Raise an autoscaler's maximum",
  rungs: ['mitigate', 'remediate'],
  reversible: true,
  relieves: 'load',
  cures: { autoscaler_limit: [16, 3], autoscaler_at_limit: [16, 3], traffic: [8, 4], overload: [8, 4], '*': [1, 6] },
  against: { namespace: ['quota_full'], workload: ['quota_exceeded', 'unschedulable'] },
  permissions: [
    { group: 'autoscaling', resource: 'horizontalpodautoscalers', verbs: ['get', 'list', 'patch'] },
    { group: 'keda.sh', resource: 'scaledobjects', verbs: ['get', 'list', 'patch'] },
    { group: '', resource: 'events', verbs: ['list'] },
  ],
  intend,
  async settled({ cluster, clock }, { place, fields }) {
    const standing = await cluster.scaling(place.namespace ?? '', clock.now());
    if (!standing.ok) return { kind: 'in_progress', message: standing.failure.message };
    const now = standing.value.find(({ kind, name }) => kind === place.kind.kind && name === place.name);
    if (now && now.max !== fields[0]?.wrote)
      return { kind: 'in_progress', message: `${place.name}: its new maximum isn't taken up yet.` };
    if (now && now.current < now.desired)
      return { kind: 'in_progress', message: `${place.name}: ${now.current} of ${now.desired} wanted pods are there.` };
    return { kind: 'settled', message: `${place.name} may use up to ${String(fields[0]?.wrote)} pods.` };
  },
});

async function intend(context: ActionContext): Promise<Intended> {
  const { cluster, clock, target, limits } = context;
  const found = await lookForScaler(context);
  if (!found.ok) return found;
  if (!found.look) return no('unsupported', `Nothing scales ${target.name}: there is no maximum to raise.`);
  const { look } = found;
  const standing = await cluster.scaling(target.namespace, clock.now());
  if (!standing.ok) return cannotLook(standing.failure, 'autoscalers');
  const now = standing.value.find(({ kind, name }) => kind === look.kind.kind && name === look.object.name);
  const name = `${look.kind.kind} ${look.object.name}`;
  if (!now || (now.limited !== 'maximum' && now.current < look.max))
    return no('not_needed', `${name} isn't held back by its maximum (${look.max}).`);
  const wished = Math.min(limits.maxReplicas, Math.max(look.max + 1, Math.ceil(look.max * FACTOR)));
  if (wished <= look.max)
    return no(
      'at_limit',
      `${name} may use ${look.max} pods already; Nightshift may set at most ${limits.maxReplicas} (\`limits.maxReplicas\`).`,
    );
  return intentOf(look, wished, now.current);
}

function intentOf(look: ScalerLook, wished: number, current: number): Intended {
  const { object, kind, workload, max, maxField } = look;
  return {
    ok: true,
    intent: {
      kind,
      object,
      target: {
        kind: kind.kind === 'ScaledObject' ? 'ScaledObject' : 'HorizontalPodAutoscaler',
        namespace: workload.namespace,
        name: object.name,
      },
      fields: [{ path: maxField, value: wished }],
      summary: `Raise the maximum of ${kind.kind} ${object.name} from ${max} to ${wished} pods of ${workload.name}`,
      mitigates: `a maximum of ${wished} pods in ${kind.kind} ${object.name} (it had ${max})`,
      blastRadius: noPodTouched(
        workload.namespace,
        workload.name,
        current,
        `No pod is touched; up to ${wished - max} more may be started.`,
      ),
      notes: ['More pods need room on the nodes and in the quota; what they call gets more requests.'],
    },
  };
}

const no = (code: RefusalCode, message: string): Intended => ({ ok: false, refusal: { code, message } });

export default raiseHpaMax;
