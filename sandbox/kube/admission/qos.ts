import type { PodSpec } from '../kinds.ts';

/** Guaranteed when every container's requests equal its limits, BestEffort when none says anything, else Burstable. */
export function qosClass(spec: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const parts = spec.containers.map((container) => container.resources ?? {});
  const says = (values: Record<string, string> | undefined): boolean => Object.keys(values ?? {}).length > 0;
  if (!parts.some(({ requests, limits }) => says(requests) || says(limits))) return 'BestEffort';
  const guaranteed = parts.every(({ requests, limits }) =>
    ['cpu', 'memory'].every(
      (name) => limits?.[name] !== undefined && (requests?.[name] ?? limits[name]) === limits[name],
    ),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
