import { type Health, isInTrouble, isOf, isWell, knownValue } from './health.ts';
import { vitalMessage } from './vital-message.ts';

/** A vital that was well before a change and is in trouble after it. */
export type Worsening = { service: string; vital: string; message: string };

/** Of everybody whom the change may hurt: the vitals that were known to be well before and are in trouble now, and workloads that are gone. What wasn't known before isn't held against the change. */
export function worsenedSince(before: readonly Health[], now: readonly Health[]): Worsening[] {
  return now.flatMap((health) => {
    const then = before.find((one) => isOf(one, health));
    if (!then) return [];
    if (then.object === 'there' && health.object === 'deleted')
      return [{ service: health.service, vital: 'object', message: `${health.service} is not there any more` }];
    return Object.keys(health.vitals)
      .filter((name) => isWell(then, name) && isInTrouble(health, name) && !isStarting(health, name))
      .map((vital) => ({
        service: health.service,
        vital,
        message: `${health.service}: ${vitalMessage(health, vital)}, which was well before the change`,
      }));
  });
}

/** Pods that are not ready because they are young are on their way, as when an autoscaler adds some. */
const isStarting = (health: Health, name: string): boolean =>
  name === 'not_ready' && (knownValue(health, name) ?? 0) <= (knownValue(health, 'starting') ?? 0);

/** Measured over a window: for so long after the change they still show the time before it. */
const LOOKS_BACK = new Set(['latency', 'errors', 'traffic', 'cpu']);
export const looksBack = (vital: string): boolean => LOOKS_BACK.has(vital);
