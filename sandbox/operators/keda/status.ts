import { timestamp } from '../../kube/objects.ts';
import type { Health, ScaledCondition, ScaledObject } from './definition.ts';
import { hpaName, targetOf } from './hpa.ts';
import type { Standing, Watched } from './watch-triggers.ts';

type Status = NonNullable<ScaledObject['status']>;

const ready: ScaledCondition = {
  type: 'Ready',
  status: 'True',
  reason: 'ScaledObjectReady',
  message: 'ScaledObject is defined correctly and is ready for scaling',
};
const unknown = (type: string): ScaledCondition => ({ type, status: 'Unknown' });

/** It can't be worked with; what it was doing before is not known any more. */
export function failedStatus({ status }: ScaledObject, message: string): Status {
  return {
    ...status,
    conditions: [
      { type: 'Ready', status: 'False', reason: 'ScaledObjectCheckFailed', message },
      { type: 'Active', status: 'Unknown', reason: 'UnknownState', message: 'ScaledObject check failed' },
      unknown('Fallback'),
      unknown('Paused'),
    ],
  };
}

export function pausedStatus({ status }: ScaledObject, pausedReplicaCount: number | null): Status {
  const { hpaName: _, ...kept } = status ?? {};
  return {
    ...kept,
    ...(pausedReplicaCount === null ? {} : { pausedReplicaCount }),
    conditions: [
      ready,
      unknown('Active'),
      unknown('Fallback'),
      { type: 'Paused', status: 'True', reason: 'ScaledObjectPaused', message: 'ScaledObject is paused' },
    ],
  };
}

/** A trigger that fails this often stands in for itself with the fallback's replicas. */
export function fallsBack({ spec: { fallback } }: ScaledObject, { failures }: Standing): boolean {
  return fallback !== undefined && failures > fallback.failureThreshold;
}

export function workingStatus(scaled: ScaledObject, watched: Watched, replicas: number, now: number): Status {
  const { pausedReplicaCount: _, ...kept } = scaled.status ?? {};
  const { apiVersion, kind } = targetOf(scaled);
  const [group = '', version = ''] = apiVersion.split('/');
  const isFallingBack = [...watched.standings.values()].some((standing) => fallsBack(scaled, standing));
  return {
    ...kept,
    scaleTargetKind: `${apiVersion}.${kind}`,
    scaleTargetGVKR: { group, version, kind, resource: `${kind.toLowerCase()}s` },
    originalReplicaCount: kept.originalReplicaCount ?? replicas,
    hpaName: hpaName(scaled),
    externalMetricNames: [...watched.standings.keys()],
    triggersTypes: [...new Set(scaled.spec.triggers.map(({ type }) => type))].join(','),
    authenticationsTypes: '',
    health: Object.fromEntries([...watched.standings].map(([name, standing]) => [name, healthOf(standing)])),
    ...(watched.active ? { lastActiveTime: lastActive(kept.lastActiveTime, now) } : {}),
    conditions: [
      ready,
      activeCondition(watched.active),
      fallbackCondition(isFallingBack),
      {
        type: 'Paused',
        status: 'False',
        reason: 'ScaledObjectUnpaused',
        message: 'pause annotation removed for ScaledObject',
      },
    ],
  };
}

const healthOf = ({ failures }: Standing): Health => ({
  numberOfFailures: failures,
  status: failures === 0 ? 'Happy' : 'Failing',
});

const WRITE_EVERY_MS = 30_000;

/** Not every second: each write is a new version of the object. */
function lastActive(known: string | undefined, now: number): string {
  return known !== undefined && now - Date.parse(known) < WRITE_EVERY_MS ? known : timestamp(now);
}

function activeCondition(active: boolean): ScaledCondition {
  return active
    ? {
        type: 'Active',
        status: 'True',
        reason: 'ScalerActive',
        message: 'Scaling is performed because triggers are active',
      }
    : {
        type: 'Active',
        status: 'False',
        reason: 'ScalerNotActive',
        message: 'Scaling is not performed because triggers are not active',
      };
}

function fallbackCondition(isFallingBack: boolean): ScaledCondition {
  return isFallingBack
    ? {
        type: 'Fallback',
        status: 'True',
        reason: 'FallbackExists',
        message: 'At least one trigger is falling back on this scaled object',
      }
    : {
        type: 'Fallback',
        status: 'False',
        reason: 'NoFallbackFound',
        message: 'No fallbacks are active on this scaled object',
      };
}
