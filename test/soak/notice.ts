import type { ActiveAlert } from '../../sandbox/alerting/evaluate.ts';
import { FAULT_KINDS } from '../../sandbox/shop/faults/kinds.ts';
import { NAMESPACE, SERVICES } from '../../sandbox/shop/services.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Alert } from '../../src/domain/types/alert.ts';
import { EVENING, MINUTE, type VirtualSandbox, virtualSandbox } from '../sandbox/virtual-sandbox.ts';
import { createScanWorld, metricsOn, type ScanWorld } from './scan/scan-world.ts';

const WARM_UP_MS = 3 * MINUTE;
const LONGEST_MS = 40 * MINUTE;
/** So long after both the scan and an alert spoke, everything that belongs to the fault should have joined its incident. */
const AFTERWARDS_MS = 6 * MINUTE;
const CLOSE_LOOK_MS = 15_000;

export const about = 'how soon each fault is noticed, and in how many incidents';

/**
 * For each fault kind: when the scan opens an incident (any service's: trouble shows where it hurts), and when the first alert
 * fires, in sandbox minutes after the fault. Null: not within 40 minutes. The scan alone opens what `seen_min` speaks of;
 * `incidents` are those of a world that hears the alerts too. `NIGHTSHIFT_SOAK_KINDS` names some, with commas, and
 * `NIGHTSHIFT_SOAK_SERVICE` a service.
 */
export async function run(): Promise<Record<string, unknown>> {
  const wanted = process.env.NIGHTSHIFT_SOAK_KINDS?.split(',');
  const service = process.env.NIGHTSHIFT_SOAK_SERVICE ?? 'payment-api';
  const kinds: Record<string, unknown> = {};
  for (const { kind, services } of FAULT_KINDS) {
    if (wanted && !wanted.includes(kind)) continue;
    const victim = services.find((name) => name === service) ?? services[0] ?? '';
    kinds[kind] = await noticing(kind, victim);
    console.log(kind, victim, JSON.stringify(kinds[kind]));
  }
  return { kinds };
}

async function noticing(kind: string, service: string): Promise<Record<string, unknown>> {
  const sandbox = virtualSandbox(EVENING);
  const calls = new Map(
    SERVICES.map((one) => [`${NAMESPACE}/${one.name}`, new Set(one.calls.map(({ to }) => `${NAMESPACE}/${to}`))]),
  );
  const alone = await createScanWorld(metricsOn(sandbox.store), sandbox.now, calls);
  const both = await createScanWorld(metricsOn(sandbox.store), sandbox.now, calls);
  await alone.train(sandbox.now());
  for (const known of alone.models.all()) both.models.keep(known);
  sandbox.advance(WARM_UP_MS);
  const firedBefore = sandbox.fired().length;
  const began = sandbox.now();
  sandbox.fault(kind, service);
  const alertMin = await live(sandbox, alone, both, firedBefore);
  const [first] = alone.opened;
  const seenMin = first ? (first.openedAt - began) / MINUTE : null;
  return {
    service,
    seen_min: rounded(seenMin),
    alert_min: rounded(alertMin),
    ahead_min: seenMin !== null && alertMin !== null ? rounded(alertMin - seenMin) : null,
    alert: sandbox.fired()[firedBefore] ?? null,
    by: first ? first.anomalies[0]?.message : null,
    incidents: both.opened.map(summary),
  };
}

/** Lives through the fault until everybody has spoken, and answers when the first alert fired, in minutes. */
async function live(
  sandbox: VirtualSandbox,
  alone: ScanWorld,
  both: ScanWorld,
  firedBefore: number,
): Promise<number | null> {
  const began = sandbox.now();
  const delivered = new Set<string>();
  let alertMin: number | null = null;
  let allSpoke = Number.POSITIVE_INFINITY;
  for (let turn = 1; sandbox.now() - began < LONGEST_MS; turn++) {
    sandbox.advance(CLOSE_LOOK_MS);
    if (alertMin === null && sandbox.fired().length > firedBefore) alertMin = (sandbox.now() - began) / MINUTE;
    const news = sandbox.alerts().filter((alert) => !delivered.has(alert.fingerprint));
    for (const alert of news) delivered.add(alert.fingerprint);
    if (news.length > 0) await both.deliver(news.map(asAlert));
    for (const world of [alone, both]) await (turn % 4 === 0 ? world.scan() : world.lookClosely());
    if (alertMin !== null && alone.opened.length > 0) allSpoke = Math.min(allSpoke, sandbox.now());
    if (sandbox.now() - allSpoke >= AFTERWARDS_MS) break;
  }
  return alertMin;
}

const rounded = (minutes: number | null): number | null => minutes && Number(minutes.toFixed(1));

const summary = (incident: Incident): string =>
  `${incident.service}: ${[...incident.alerts.map((alert) => alert.name), ...incident.anomalies.map((one) => `${one.about.name} ${one.what}`)].join(', ')}`;

const asAlert = (active: ActiveAlert): Alert => ({
  fingerprint: active.fingerprint,
  name: active.rule.alert,
  status: 'firing',
  labels: { ...active.labels },
  annotations: {},
  startsAt: active.activeAt,
  endsAt: null,
  generatorUrl: '',
  source: 'alertmanager',
});
