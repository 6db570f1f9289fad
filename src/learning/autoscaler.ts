import { replicasFor } from '../analysis/learned-schedule.ts';
import { cronTrigger, type ScaledObject, scaledObjectOf } from '../domain/scaled-object.ts';
import type { ComingRate, DemandProposal } from '../extension-points/reports.ts';
import type { Scaler, Workload } from '../ports/cluster-objects.ts';
import type { Outlook } from './demand.ts';
import type { LearningDeps } from './deps.ts';

type Looking = Pick<LearningDeps, 'cluster' | 'demand' | 'demandSettings' | 'kedaAddresses'>;
type Made = { ok: true; object: ScaledObject } | { ok: false; message: string };

/** The ScaledObject that would meet a workload's demand, from what is foretold now; or why there is none. */
export async function scaledObjectFor(deps: Looking, workload: Workload): Promise<Made> {
  const answer = await deps.demand.outlook(workload.namespace, workload.name);
  if (!answer.ok) return { ok: false, message: `Nothing can be foretold now: ${answer.failure.message}.` };
  return objectFrom(deps, workload, answer.outlook);
}

/** A new ScaledObject, additions to the one that there is, or nothing where something else has the replicas in hand. */
export async function proposalFor(
  deps: Looking,
  workload: Workload,
  outlook: Outlook,
  peak: ComingRate,
): Promise<DemandProposal> {
  const { namespace, name } = workload;
  const scalers = await deps.cluster.scalers(namespace, name);
  if (!scalers.ok) return { kind: 'none', message: 'Whether something scales it already can not be seen right now.' };
  const [scaler] = scalers.value;
  if (scaler?.kind === 'HorizontalPodAutoscaler')
    return besideAutoscaler(scaler, replicasFor(peak.high, deps.demandSettings(namespace, name)));
  if (scaler) return toScaledObject(scaler, outlook);
  const made = await objectFrom(deps, workload, outlook);
  return made.ok ? { kind: 'new', object: made.object } : { kind: 'none', message: made.message };
}

async function objectFrom(deps: Looking, workload: Workload, { schedule }: Outlook): Promise<Made> {
  const { namespace, name, kind, replicas } = workload;
  if (kind === 'DaemonSet')
    return { ok: false, message: 'A DaemonSet has a pod on each node: it is not scaled by demand.' };
  const { prometheus, ...reached } = deps.kedaAddresses;
  if (prometheus === null)
    return {
      ok: false,
      message: 'Where KEDA finds Prometheus is not known: set keda.prometheus_address in nightshift.yaml.',
    };
  const all = await deps.cluster.workloads(null);
  if (!all.ok) return { ok: false, message: 'The cluster can not be asked right now.' };
  const sharesName = all.value.some((one) => one.name === name && one.namespace !== namespace);
  const target = { kind, namespace, name, replicas, sharesName };
  const settings = deps.demandSettings(namespace, name);
  return { ok: true, object: scaledObjectOf(target, settings, schedule ?? [], { prometheus, ...reached }) };
}

function toScaledObject({ name, min, max }: Scaler, { schedule }: Outlook): DemandProposal {
  const triggers = (schedule ?? []).map(cronTrigger);
  const message =
    triggers.length === 0
      ? 'There is nothing to add to it.'
      : 'These triggers would bring it up before its demand does; those that it has already are left out by hand.';
  return { kind: 'addition', scaler: name, bounds: { min, max }, triggers, message };
}

function besideAutoscaler({ name, min, max }: Scaler, needed: number): DemandProposal {
  const enough =
    needed <= max ? '' : ` Its maximum is too low for the ${needed} that may be needed within a day: raise it.`;
  const message = `The HorizontalPodAutoscaler ${name} scales it already (${min} to ${max}); KEDA would fight it over the replicas, so nothing is proposed.${enough}`;
  return { kind: 'none', message };
}
