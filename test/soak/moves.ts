import { FAULT_KINDS } from '../../sandbox/shop/faults/kinds.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Models } from '../../src/learning/baselines.ts';
import { EVENING, MINUTE, virtualSandbox } from '../sandbox/virtual-sandbox.ts';
import { judgeMove, type MoveRow, moveFigures, printMove } from './moves/judge-move.ts';
import { createScanWorld, metricsOn } from './scan/scan-world.ts';
import { startVirtualApp } from './virtual-app/virtual-app.ts';

const WARM_UP_MS = 9 * MINUTE;
const LONGEST_MS = 20 * MINUTE;
const LONGEST_END_MS = 15 * MINUTE;
/** With people so long, and it stays with them. */
const AFTER_ESCALATION_MS = 2 * MINUTE;

/** Where a kind of fault is put, when the first service in which it makes sense isn't the most telling one. */
const WHERE: Record<string, string> = {
  'bad-deploy': 'payment-api',
  'memory-leak': 'catalog-api',
  latency: 'checkout-api',
  'dependency-down': 'auth-api',
  'traffic-surge': 'catalog-api',
  'node-pressure': 'cart-api',
  'memory-limit': 'auth-api',
  'quota-exhausted': 'recommendations',
  'hpa-maximum': 'payment-api',
  'volume-filling': 'catalog-db',
};

export const about = 'what is offered or handed over for each fault, and whether it cures';

/**
 * The right move, or the right person: every kind of fault once, to its end; whatever is asked is approved. Judged: whether the first recommendation or hand-over is right, whether a step that was taken cured, whether the hand-over
 * names the object, the field and the command, and how long after the alert it came. `NIGHTSHIFT_SOAK_KINDS` names some, with commas.
 */
export async function run(): Promise<Record<string, unknown>> {
  const wanted = process.env.NIGHTSHIFT_SOAK_KINDS?.split(',');
  const models = await learned();
  const rows: MoveRow[] = [];
  for (const { kind, services } of FAULT_KINDS.filter((one) => !wanted || wanted.includes(one.kind))) {
    const service = WHERE[kind] ?? services[0];
    if (service === undefined) continue;
    const row = await scenario(kind, service, models);
    rows.push(row);
    printMove(row);
  }
  return moveFigures(rows);
}

async function learned(): Promise<Models> {
  const sandbox = virtualSandbox(EVENING);
  const world = await createScanWorld(metricsOn(sandbox.store), sandbox.now);
  await world.train(sandbox.now());
  return world.models;
}

async function scenario(kind: string, service: string, models: Models): Promise<MoveRow> {
  const sandbox = virtualSandbox(EVENING);
  const app = await startVirtualApp({ sandbox, models, without: [] });
  try {
    await app.advance(WARM_UP_MS);
    const began = sandbox.now();
    const known = new Set(app.incidents().map((one) => one.id));
    const id = sandbox.fault(kind, service);
    const truth = sandbox.shop.faults.list().find((one) => one.id === id)!.truth;
    const news = () => app.incidents().filter((one) => !known.has(one.id));
    const first = new Map<string, Incident>();
    const since = new Map<string, number>();
    const until = began + LONGEST_MS + LONGEST_END_MS;
    while (sandbox.now() < until) {
      for (const one of news()) {
        if (one.alerts.length > 0 && !since.has(one.id)) since.set(one.id, sandbox.now());
        if (!first.has(one.id) && isTold(one)) first.set(one.id, structuredClone(one));
        await app.approve(one);
      }
      if (isOver(news(), sandbox.now(), began)) break;
      await app.advance(5_000);
    }
    if (process.env.NIGHTSHIFT_SOAK_TOLD)
      for (const one of news())
        for (const line of app.timelineOf(one.id))
          console.log(`  ${one.id} ${one.service} ${new Date(line.at).toISOString().slice(11, 19)} ${line.message}`);
    const told = news().map((now) => ({
      now,
      first: first.get(now.id) ?? now,
      alertedAt: since.get(now.id) ?? null,
      toldAt: app.timelineOf(now.id).find(({ to }) => TOLD.includes(to))?.at ?? null,
    }));
    return judgeMove({ kind, service }, truth, told);
  } finally {
    await app.stop();
  }
}

const TOLD = ['awaiting_approval', 'queued', 'executing', 'escalated', 'closed'];
const isTold = ({ state }: Incident): boolean => TOLD.includes(state.name);

function isOver(news: Incident[], now: number, began: number): boolean {
  if (news.length === 0) return now - began > LONGEST_MS;
  return news.every(
    ({ state }) =>
      state.name === 'closed' ||
      (state.name === 'escalated' && now - state.since > AFTER_ESCALATION_MS) ||
      (state.name === 'watching' && now - began > LONGEST_MS),
  );
}
