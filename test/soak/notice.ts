import { FAULT_KINDS } from '../../src/sandbox/shop/faults/kinds.ts';
import { NAMESPACE, SERVICES } from '../../src/sandbox/shop/services.ts';
import { EVENING, MINUTE, virtualSandbox } from '../sandbox/virtual-sandbox.ts';
import { createScanWorld, metricsOn } from './scan/scan-world.ts';

const WARM_UP_MS = 3 * MINUTE;
const LONGEST_MS = 20 * MINUTE;
const CLOSE_LOOK_MS = 15_000;

/**
 * For each fault kind: when the scan opens an incident (any service's: trouble shows where it hurts), and when the first alert
 * fires, in sandbox minutes after the fault. Null: not within 20 minutes. `NIGHTSHIFT_SOAK_KINDS` names some, with commas.
 */
export async function run(): Promise<Record<string, unknown>> {
  const wanted = process.env.NIGHTSHIFT_SOAK_KINDS?.split(',');
  const kinds: Record<string, unknown> = {};
  for (const { kind, services } of FAULT_KINDS) {
    if (wanted && !wanted.includes(kind)) continue;
    const service = services.find((name) => name === 'payment-api') ?? services[0] ?? '';
    kinds[kind] = await noticing(kind, service);
    console.log(kind, service, JSON.stringify(kinds[kind]));
  }
  return { kinds };
}

async function noticing(kind: string, service: string): Promise<Record<string, unknown>> {
  const sandbox = virtualSandbox(EVENING);
  const calls = new Map(
    SERVICES.map((one) => [`${NAMESPACE}/${one.name}`, new Set(one.calls.map(({ to }) => `${NAMESPACE}/${to}`))]),
  );
  const world = await createScanWorld(metricsOn(sandbox.store), sandbox.now, calls);
  await world.train(sandbox.now());
  sandbox.advance(WARM_UP_MS);
  const firedBefore = sandbox.fired().length;
  const began = sandbox.now();
  sandbox.fault(kind, service);
  let alertMin: number | null = null;
  for (let turn = 1; sandbox.now() - began < LONGEST_MS; turn++) {
    sandbox.advance(CLOSE_LOOK_MS);
    if (alertMin === null && sandbox.fired().length > firedBefore) alertMin = (sandbox.now() - began) / MINUTE;
    await (turn % 4 === 0 ? world.scan() : world.lookClosely());
    if (alertMin !== null && (world.opened.length > 0 || sandbox.now() - began > alertMin * MINUTE + 4 * MINUTE)) break;
  }
  const [first] = world.opened;
  const seenMin = first ? (first.openedAt - began) / MINUTE : null;
  return {
    service,
    seen_min: seenMin && Number(seenMin.toFixed(1)),
    alert_min: alertMin && Number(alertMin.toFixed(1)),
    ahead_min: seenMin !== null && alertMin !== null ? Number((alertMin - seenMin).toFixed(1)) : null,
    alert: sandbox.fired()[firedBefore] ?? null,
    by: first ? `${first.service}: ${first.anomalies[0]?.what}` : null,
    incidents: world.opened.length,
  };
}
