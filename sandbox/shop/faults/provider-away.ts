import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment } from './kind.ts';

const CALLED = new Set(SERVICES.flatMap((s) => s.calls.filter((c) => c.kind !== 'queue').map((c) => c.to)));

/** What a service waits for outside the cluster doesn't answer: all its pods hang, and new ones will. Only its callers can be helped. */
export const providerAway = defineFault<Record<string, never>>({
  kind: 'provider-away',
  title: 'Provider away',
  description:
    'What a service needs outside the cluster never answers, so that all its pods hang, new ones too. A circuit breaker spares its callers the wait; it ends when it is taken back.',
  services: SERVICES.filter((s) => CALLED.has(s.name)).map((s) => s.name),
  start(service) {
    const truth = {
      cause: `what ${NAMESPACE}/${service.name} waits for outside the cluster doesn't answer; its callers only show it`,
      culprit: deployment(service.name),
      // The breaker where the callers can do without, a person in any case: nothing in the cluster brings it back.
      remedies: ['enable_circuit_breaker', 'notify_oncall'],
      harmful: ['rollback_deployment', 'drain_and_cordon'],
    };
    return { data: {}, truth };
  },
  onPod(fault, { view }) {
    if (view.service.name !== fault.service) return undefined;
    return { hangs: true, logs: ['level=error msg="upstream timed out" upstream=provider waited=30s'] };
  },
  cured: () => false,
});
