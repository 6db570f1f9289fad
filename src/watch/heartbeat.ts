import { heard, missingSince } from '../domain/heartbeat.ts';
import { aboutObject } from '../domain/subject.ts';
import type { Alert } from '../domain/types/alert.ts';
import { receiveAlerts } from '../pipeline/receive-alerts.ts';
import type { Heartbeats } from '../ports/heartbeats.ts';
import type { WatchDeps } from './deps.ts';

const FINGERPRINT = 'heartbeat-missed';
const NAME = 'HeartbeatMissed';
const MAX_OPEN = 500;

type HeartbeatLook = { deps: WatchDeps; heartbeats: Heartbeats; withinMs: number | null };

/** What a delivery said of the alert that always fires. */
export async function hearHeartbeat({ deps, heartbeats }: HeartbeatLook, alerts: Alert[]): Promise<void> {
  if (alerts.length === 0) return;
  const now = deps.clock.now();
  const last = await heartbeats.read();
  const fires = alerts.some(({ status }) => status === 'firing');
  await heartbeats.write(fires ? heard(last, now) : { ...(last ?? heard(null, now)), ended: now });
}

/** Says, as an incident of its own, that alerts can't be trusted to come; and that they come again. Every replica may ask as often as it likes. */
export async function watchHeartbeat({ deps, heartbeats, withinMs }: HeartbeatLook): Promise<void> {
  const last = await heartbeats.read();
  if (!last) return;
  const now = deps.clock.now();
  const since = missingSince(last, withinMs, now);
  const open = (await deps.recentlyOpen(MAX_OPEN)).some(({ alerts }) =>
    alerts.some(({ fingerprint, status }) => fingerprint === FINGERPRINT && status === 'firing'),
  );
  if ((since !== null) === open) return;
  const alert = since === null ? missed(last.last, now) : missed(since, null);
  const entity = { kind: 'Alerting', namespace: '', name: 'alertmanager' } as const;
  await receiveAlerts(deps, [{ alert, subject: aboutObject(deps.cluster.name, entity) }], new Map());
}

function missed(startsAt: number, endsAt: number | null): Alert {
  const labels = { alertname: NAME, severity: 'critical' };
  const summary =
    'The alert that always fires is not heard any more: Prometheus or Alertmanager may be down, and alerts may be lost.';
  return {
    fingerprint: FINGERPRINT,
    name: NAME,
    status: endsAt === null ? 'firing' : 'resolved',
    labels,
    annotations: { summary },
    startsAt,
    endsAt,
    generatorUrl: '',
    source: 'heartbeat',
  };
}
