import { type Health, isOf } from '../domain/health.ts';
import type { Incident } from '../domain/incident.ts';
import type { Execution } from '../domain/types/execution.ts';
import { type HealthLook, readHealth, type WhoseHealth } from './health.ts';

const MAX_CALLERS = 5;

/** Who calls one of them directly, as far as was seen when it was diagnosed. */
export function callersMeasured(
  edges: readonly { from: string; to: string }[],
  namespace: string,
  of: readonly WhoseHealth[],
): WhoseHealth[] {
  const called = new Set(of.filter((one) => one.namespace === namespace).map(({ service }) => service));
  const names = edges
    .filter(({ from, to }) => called.has(to) && !called.has(from) && from !== '')
    .map(({ from }) => from);
  return [...new Set(names)].slice(0, MAX_CALLERS).map((service) => ({ namespace, service }));
}

/** How direct callers are: of metrics only what their own callers feel. */
export const readCallers = (
  look: HealthLook,
  callers: readonly WhoseHealth[],
  before: readonly Health[],
): Promise<Health[]> =>
  Promise.all(
    callers.map((whose) =>
      readHealth(look, whose, { before: before.find((one) => isOf(one, whose)), onlyRequests: true }),
    ),
  );

/** How everybody was whom a change may hurt, just before it; of those who weren't looked at then, how they were when it was diagnosed. */
export const healthBefore = ({ diagnosis }: Incident, { before = [] }: Execution): Health[] => [
  ...before,
  ...(diagnosis?.health ?? []).filter((one) => !before.some((other) => isOf(other, one))),
];
