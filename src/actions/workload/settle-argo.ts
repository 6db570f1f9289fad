import { isRecord, readPath } from '../../domain/object-path.ts';
import type { Settled } from '../../extension-points.ts';
import type { CustomObject } from '../../ports/custom-objects.ts';

/** Where an aborted Argo Rollout is, by its own status: `phase` is Degraded after an abort, so it says only by its message whether something else is wrong. */
export function settleAbort({ name, object }: CustomObject): Settled {
  const at = (...path: string[]) => (isRecord(object) ? readPath(object, ['status', ...path]) : undefined);
  const going = (message: string): Settled => ({ kind: 'in_progress', message: `${name}: ${message}.` });
  const said = typeof at('message') === 'string' ? String(at('message')).slice(0, 200) : '';
  if (at('phase') === 'Degraded' && /^(InvalidSpec|TimedOut|ProgressDeadlineExceeded)/.test(said))
    return { kind: 'failed', message: `Rollout ${name} is degraded: ${said}` };
  const stable = at('stableRS');
  if (at('abort') !== true)
    return at('phase') === 'Healthy' && stable === at('currentPodHash')
      ? {
          kind: 'settled',
          message: `${name} is healthy, and all of it is one version: its update was ended elsewhere.`,
        }
      : { kind: 'failed', message: `Rollout ${name}: somebody else has taken the update up again${pauseOf(at)}.` };
  if (!isSeen(object)) return going("its latest change isn't taken up yet");
  // Its controller writes this once it has acted on the abort.
  if (typeof at('abortedAt') !== 'string') return going("its controller hasn't taken up the abort yet");
  const weight = at('canary', 'weights', 'canary', 'weight');
  if (typeof weight === 'number' && weight > 0) return going(`${weight} % of requests still go to the new version`);
  const active = at('blueGreen', 'activeSelector');
  if (typeof active === 'string' && active !== '' && active !== stable)
    return going('requests still go to the new version');
  const ready = numberOr(at('readyReplicas'), 0);
  const wanted = numberOr(isRecord(object) ? readPath(object, ['spec', 'replicas']) : undefined, 1);
  if (ready < wanted) return going(`${ready} of ${wanted} pods are ready`);
  return { kind: 'settled', message: `${name} serves its stable version.` };
}

function pauseOf(at: (...path: string[]) => unknown): string {
  const conditions = at('pauseConditions');
  const [first] = Array.isArray(conditions) ? conditions : [];
  return isRecord(first) && typeof first.reason === 'string' ? `, which is paused (${first.reason.slice(0, 60)})` : '';
}

/** It is told as text, and in old versions is a hash that says nothing. */
function isSeen(object: unknown): boolean {
  if (!isRecord(object)) return true;
  const seen = Number(readPath(object, ['status', 'observedGeneration']));
  const made = readPath(object, ['metadata', 'generation']);
  return !Number.isInteger(seen) || typeof made !== 'number' || seen >= made;
}

const numberOr = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);
