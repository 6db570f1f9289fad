import { anySubjectOf } from '../adapters/alertmanager/subject.ts';
import { parseWebhook } from '../adapters/alertmanager/webhook.ts';
import type { AlertIntake } from '../adapters/http/alertmanager-route.ts';
import type { PagerDutyIntake } from '../adapters/http/pagerduty-route.ts';
import { parsePagerDutyWebhook } from '../adapters/pagerduty/webhook.ts';
import type { Topology } from '../evidence/topology.ts';
import type { Deps } from '../pipeline/deps.ts';
import { receiveAlerts } from '../pipeline/receive-alerts.ts';
import { record } from '../pipeline/record.ts';
import type { Meters } from './meters.ts';

/** Alertmanager's webhook → incidents. An alert that names no workload gets an incident of its own kind, which only tells and calls a person: nothing is automated for it. */
export function alertIntake(deps: Deps, topology: Topology, meters: Meters, token: string | null): AlertIntake {
  return {
    token,
    parse(body) {
      const parsed = parseWebhook(body, deps.clock.now());
      if (!parsed.ok) return parsed;
      return {
        ok: true,
        accept: async () => {
          const received = parsed.alerts.map((alert) => ({
            alert,
            subject: anySubjectOf(alert, deps.cluster.name),
          }));
          const incidents = await receiveAlerts(deps, received, topology.calls());
          meters.alerts.inc(received.length);
          if (parsed.truncated > 0)
            deps.log.warn(
              { truncated: parsed.truncated },
              'Alertmanager left alerts out of a webhook; raise max_alerts of the receiver',
            );
          return { incidents, received: received.length, truncated: parsed.truncated };
        },
      };
    },
  };
}

/** PagerDuty's acknowledgement is the incident's. */
export function pagerDutyIntake(deps: Deps, secret: string | null): PagerDutyIntake {
  if (!secret) return { accept: null };
  return {
    async accept(rawBody, signature) {
      const parsed = parsePagerDutyWebhook(rawBody, signature, secret);
      if (!parsed.ok) return parsed.reason === 'bad_signature' ? 'bad_signature' : 'ignored';
      const id = /(INC-\d+)$/.exec(parsed.event.dedupKey ?? '')?.[1];
      if (!id || parsed.event.type !== 'acknowledged') return 'ignored';
      await record(deps, id, { type: 'acknowledged', at: deps.clock.now(), by: parsed.event.by ?? 'PagerDuty' });
      return 'accepted';
    },
  };
}
