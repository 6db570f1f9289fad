import { replicasFor } from '../analysis/learned-schedule.ts';
import type { Incident } from '../domain/incident.ts';
import type { TroubleState } from '../domain/judge-trouble.ts';
import { DEMAND_AHEAD } from '../domain/proposal.ts';
import type { Diagnosis } from '../domain/types/diagnosis.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import { highestUntil } from './demand.ts';
import type { LearningDeps } from './deps.ts';

type DemandLook = Pick<LearningDeps, 'cluster' | 'clock' | 'demand' | 'demandSettings'>;

const MS_PER_DAY = 86_400_000;
/** The demand that stays below what is told, as it is measured. */
const QUANTILE = 0.95;

/** What is coming within a day for a workload that nothing scales, measured now; gone once something scales it. */
export async function measureDemand(
  deps: DemandLook,
  { namespace, service }: Pick<Incident, 'namespace' | 'service'>,
): Promise<TroubleState> {
  const [scalers, workload, answer] = await Promise.all([
    deps.cluster.scalers(namespace, service),
    deps.cluster.workload(namespace, service),
    deps.demand.outlook(namespace, service),
  ]);
  const unknown = (message: string): TroubleState => ({ kind: 'unknown', severity: null, message });
  if (!scalers.ok) return unknown(scalers.failure.message);
  const [scaler] = scalers.value;
  if (scaler)
    return {
      kind: 'gone',
      severity: 0,
      message: `${scaler.kind} ${scaler.name} scales ${service} (${scaler.min} to ${scaler.max})`,
    };
  if (!workload.ok) return unknown(workload.failure.message);
  if (!answer.ok) return unknown(answer.failure.message);
  const rate = highestUntil(answer.outlook, deps.clock.now() + MS_PER_DAY, QUANTILE);
  if (rate === null) return unknown(`nothing is foretold of ${service}`);
  const settings = deps.demandSettings(namespace, service);
  const { replicas } = workload.value;
  const needed = replicasFor(rate, settings);
  return {
    kind: 'present',
    severity: rate / (Math.max(1, replicas) * settings.perReplica),
    message: `${service}: up to ${rounded(rate)} requests/s within a day: ${needed} replicas at ${rounded(settings.perReplica)}/s each; it has ${replicas}, and nothing scales it`,
  };
}

/** A proposal's diagnosis: the demand itself. Unmeasured when nothing is foretold, or something scales it by now. */
export async function diagnoseDemand(deps: DemandLook, incident: Incident): Promise<Diagnosis> {
  const { namespace, service } = incident;
  const [trouble, workload] = await Promise.all([
    measureDemand(deps, incident),
    deps.cluster.workload(namespace, service),
  ]);
  const entity: EntityRef = { kind: workload.ok ? workload.value.kind : 'Deployment', namespace, name: service };
  const measured = trouble.kind === 'present';
  return {
    at: deps.clock.now(),
    issue: { kind: DEMAND_AHEAD, severity: trouble.severity ?? 0, unit: 'of capacity', message: trouble.message },
    causes: [{ entity, what: 'demand', probability: QUANTILE, reasons: [trouble.message] }],
    somethingElse: 1 - QUANTILE,
    named: true,
    findings: incident.anomalies,
    measured,
    since: incident.openedAt,
  };
}

const rounded = (value: number): string => Number(value.toPrecision(2)).toLocaleString('en-US');
