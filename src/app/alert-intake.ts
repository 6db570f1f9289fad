import { namedBy } from '../adapters/alertmanager/named-by.ts';
import { parseWebhook } from '../adapters/alertmanager/webhook.ts';
import type { AlertIntake } from '../adapters/http/alertmanager-route.ts';
import { admit, type LeftOut, type OwnCluster } from '../domain/alert-admission.ts';
import { metricsIn, type RequestMetrics, vitalOf } from '../domain/alert-vital.ts';
import type { Alert } from '../domain/types/alert.ts';
import { resolveSubject } from '../evidence/resolve-subject.ts';
import { createSharedLook } from '../evidence/shared-look.ts';
import type { Topology } from '../evidence/topology.ts';
import { noteQuiet } from '../pipeline/note-quiet.ts';
import { type ReceivedAlert, receiveAlerts } from '../pipeline/receive-alerts.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { MetricName } from '../ports/metrics.ts';
import type { Deps } from './deps.ts';
import type { Meters } from './meters.ts';

const MOST_LISTED = 100;
/** Names seldom change: thousands of alerts of one namespace are named by one look at it. Who isn't in it is looked for anew. */
const KNOWN_FOR_MS = 15_000;

type IntakeParts = {
  topology: Topology;
  meters: Meters;
  own: OwnCluster;
  /** Told of the alerts that always fire. */
  hear(heartbeats: Alert[]): Promise<void>;
};

/** Alertmanager's webhook → incidents. An alert that names no workload gets an incident of its own kind, which only tells and calls a person: nothing is automated for it. */
export function alertIntake(
  deps: Deps,
  { topology, meters, own, hear }: IntakeParts,
  token: string | null,
): AlertIntake {
  const measured = measuredBy(deps);
  const { metrics, cluster } = deps.cachedReads;
  const known = createSharedLook(metrics, cluster, () => performance.now(), KNOWN_FOR_MS).cluster;
  return {
    token,
    parse(body) {
      const parsed = parseWebhook(body, deps.clock.now());
      if (!parsed.ok) return parsed;
      return {
        ok: true,
        onlyEnds: parsed.alerts.length > 0 && parsed.alerts.every((alert) => alert.status === 'resolved'),
        accept: async () => {
          const { taken, refused, noted, heartbeats } = admit(parsed.alerts, parsed.muted, own);
          await hear(heartbeats);
          const subjects = await aboutWhom(deps, known, [...taken, ...noted.map(({ alert }) => alert)]);
          const of = (alert: Alert): ReceivedAlert => ({
            alert: { ...alert, vital: vitalOf(alert.generatorUrl, measured) },
            subject: subjects.get(alert)!,
          });
          const incidents = await receiveAlerts(deps, taken.map(of), topology.calls());
          await noteQuiet(
            deps,
            noted.map(({ alert }) => of(alert)),
          );
          meters.alerts.inc(taken.length);
          meters.leftOut.inc({ reason: 'refused' }, refused.length);
          meters.leftOut.inc({ reason: 'noted' }, noted.length);
          tell(deps, parsed.truncated, refused);
          return {
            incidents,
            received: parsed.alerts.length + parsed.muted.length,
            truncated: parsed.truncated,
            refused: listed(refused),
            noted: listed(noted),
            heartbeats: heartbeats.length,
          };
        },
      };
    },
  };
}

/** How requests are measured here: what rules over the same metrics are about is known by it. */
function measuredBy({ queries }: Pick<Deps, 'queries'>): RequestMetrics {
  const metrics = (...names: MetricName[]) =>
    new Set(names.flatMap((name) => [...metricsIn(queries.ofService(name, 'n', 's'))]));
  return { latency: metrics('latency_p99', 'latency_p50'), requests: metrics('request_rate', 'error_ratio') };
}

/** Each alert's subject; what is asked of the cluster is asked once for all of them. */
async function aboutWhom(deps: Deps, known: Cluster, alerts: Alert[]) {
  const found = await Promise.all(
    alerts.map(
      async (alert) => [alert, await resolveSubject(deps.cachedReads.cluster, alert, namedBy(alert), known)] as const,
    ),
  );
  return new Map(found);
}

/** Counted in full, named as far as an answer should reach. */
const listed = (all: LeftOut[]) => ({
  count: all.length,
  alerts: all.slice(0, MOST_LISTED).map(({ alert: { name, fingerprint }, reason }) => ({ name, fingerprint, reason })),
});

function tell(deps: Deps, truncated: number, refused: LeftOut[]): void {
  if (truncated > 0)
    deps.log.warn({ truncated }, 'Alertmanager left alerts out of a webhook; raise max_alerts of the receiver');
  const [first] = refused;
  if (first)
    deps.log.warn({ refused: refused.length, first: first.alert.name, reason: first.reason }, 'alerts were refused');
}
