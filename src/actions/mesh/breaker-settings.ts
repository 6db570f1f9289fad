import type { Step } from '../../domain/types/playbook.ts';
import type { ParamFault } from '../../extension-points.ts';

/** What the breaker is set to. */
export type BreakerSettings = {
  /** Failures in a row (5xx, timeouts of the mesh) after which a pod gets no requests for a while. */
  consecutiveErrors: number;
  /** For how long, the first time; Istio multiplies it by how often that happened. */
  ejectFor: string;
  /** Requests that each caller's proxy has under way at once, and that wait for a connection; those beyond fail at once. */
  maxRequests: number;
  maxPending: number;
};

/** How often Istio looks whether a pod may come back. */
const INTERVAL = '10s';
/** A dependency that fails as a whole is what this is for: all of its pods may be left out. */
const MAX_EJECTED_PERCENT = 100;

const COUNTS = { consecutive_errors: [1, 1_000], max_requests: [1, 100_000], max_pending: [1, 100_000] } as const;

/** The step's parameters over the defaults: a caller's proxy rarely has more than a few requests under way to a dependency that is well. */
export function breakerSettings({ params }: Pick<Step, 'params'>): BreakerSettings {
  return {
    consecutiveErrors: Number(params.consecutive_errors ?? 5),
    ejectFor: String(params.eject_for ?? '60s'),
    maxRequests: Number(params.max_requests ?? 16),
    maxPending: Number(params.max_pending ?? 8),
  };
}

/** What is wrong with a step's parameters; null when they are right. */
export function breakerParamFault(params: Step['params']): ParamFault | null {
  for (const [name, value] of Object.entries(params)) {
    const bounds = Object.entries(COUNTS).find(([known]) => known === name)?.[1];
    if (bounds) {
      const [least, most] = bounds;
      const fits = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
      if (!fits) return { param: name, message: `must be a whole number from ${least} to ${most}` };
    } else if (name === 'eject_for') {
      if (typeof value !== 'string' || !/^[1-9]\d{0,4}s$/.test(value))
        return { param: name, message: 'must be whole seconds, such as 60s' };
    } else
      return { param: name, message: `is not known; there are ${[...Object.keys(COUNTS), 'eject_for'].join(', ')}` };
  }
  return null;
}

/** The parts of a DestinationRule's `trafficPolicy` that make a breaker, by where they stand in it. */
export function breakerParts(settings: BreakerSettings): Record<BreakerPart, Record<string, unknown>> {
  return {
    'connectionPool.http': { http1MaxPendingRequests: settings.maxPending, http2MaxRequests: settings.maxRequests },
    outlierDetection: {
      consecutive5xxErrors: settings.consecutiveErrors,
      interval: INTERVAL,
      baseEjectionTime: settings.ejectFor,
      maxEjectionPercent: MAX_EJECTED_PERCENT,
    },
  };
}

export type BreakerPart = 'connectionPool.http' | 'outlierDetection';

/** In words, for the plan: equal words, equal settings. */
export function partWords(
  part: BreakerPart,
  { consecutiveErrors, ejectFor, maxRequests, maxPending }: BreakerSettings,
): string {
  return part === 'outlierDetection'
    ? `${consecutiveErrors} failures in a row leave a pod out for ${ejectFor}, looked at every ${INTERVAL}, up to ${MAX_EJECTED_PERCENT} % of them`
    : `at most ${maxRequests} requests under way and ${maxPending} waiting, of each caller`;
}
