import type { CronWindow, DemandSettings } from './types/demand.ts';

/** A trigger of KEDA's: everything in its metadata is text. */
export type Trigger = {
  type: 'prometheus' | 'cron' | 'external';
  metadata: Record<string, string>;
};

/** KEDA's ScaledObject as Nightshift writes it. */
export type ScaledObject = {
  apiVersion: 'keda.sh/v1alpha1';
  kind: 'ScaledObject';
  metadata: { name: string; namespace: string };
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1'; kind: string; name: string };
    minReplicaCount: number;
    maxReplicaCount: number;
    cooldownPeriod: number;
    fallback?: { failureThreshold: number; replicas: number };
    triggers: Trigger[];
  };
};

/** Where KEDA finds what its triggers ask; null where it isn't known. */
export type KedaAddresses = {
  prometheus: string | null;
  scaler: string | null;
  /** What a trigger shows the scaler to ask about its service, where it wants that. */
  tokenOf?: (namespace: string, service: string) => string;
};

export type ScaledTarget = {
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  namespace: string;
  name: string;
  /** As they are: what KEDA falls back to when a trigger can't be read. */
  replicas: number;
  /** Workloads of other namespaces have this name too, so that the name alone isn't the service. */
  sharesName: boolean;
};

const COOLDOWN_SECONDS = 300;
const FAILURES = 3;
const HORIZON = '15m';

/** The ScaledObject that scales a workload by its rate, by its week where that has windows, and by the forecast where KEDA reaches Nightshift. Pure. */
export function scaledObjectOf(
  target: ScaledTarget,
  demand: DemandSettings,
  schedule: readonly CronWindow[],
  addresses: KedaAddresses & { prometheus: string },
): ScaledObject {
  const { kind, namespace, name, replicas } = target;
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name, namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind, name },
      minReplicaCount: demand.minReplicas,
      maxReplicaCount: demand.maxReplicas,
      cooldownPeriod: COOLDOWN_SECONDS,
      fallback: {
        failureThreshold: FAILURES,
        replicas: Math.min(demand.maxReplicas, Math.max(demand.minReplicas, replicas)),
      },
      triggers: [
        rateTrigger(target, demand, addresses.prometheus),
        ...schedule.map(cronTrigger),
        ...(addresses.scaler === null ? [] : [externalTrigger(target, demand, addresses.scaler, addresses.tokenOf)]),
      ],
    },
  };
}

function rateTrigger(target: ScaledTarget, { perReplica }: DemandSettings, serverAddress: string): Trigger {
  const matchers = [
    `service="${escaped(target.name)}"`,
    ...(target.sharesName ? [`namespace="${escaped(target.namespace)}"`] : []),
  ];
  const query = `sum(rate(http_requests_total{${matchers.join(',')}}[2m]))`;
  return { type: 'prometheus', metadata: { serverAddress, query, threshold: String(perReplica) } };
}

export function cronTrigger({ timezone, start, end, desiredReplicas }: CronWindow): Trigger {
  return { type: 'cron', metadata: { timezone, start, end, desiredReplicas: String(desiredReplicas) } };
}

function externalTrigger(
  target: ScaledTarget,
  { perReplica }: DemandSettings,
  scalerAddress: string,
  tokenOf: KedaAddresses['tokenOf'],
): Trigger {
  const token = tokenOf ? { token: tokenOf(target.namespace, target.name) } : {};
  return {
    type: 'external',
    metadata: { scalerAddress, service: target.name, horizon: HORIZON, threshold: String(perReplica), ...token },
  };
}

/** For inside a PromQL string in double quotes. */
function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (found) => (found === '\n' ? '\\n' : `\\${found}`));
}
