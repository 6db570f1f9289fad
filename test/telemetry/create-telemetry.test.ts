import { beforeEach, describe, expect, it } from 'vitest';
import type { LogRecord, PointRecord, SpanRecord } from '../../src/domain/telemetry.ts';
import { createTelemetry, type Telemetry } from '../../src/telemetry/create-telemetry.ts';
import { MINUTE_LIMITS } from '../../src/telemetry/service-minute.ts';
import { addDuration, emptySketch, quantileMs } from '../../src/telemetry/sketch.ts';

const MINUTE = 60_000;
const START = Math.floor(1_780_000_000_000 / MINUTE) * MINUTE;

let now: number;
let nextKey: number;
let telemetry: Telemetry;
beforeEach(() => {
  now = START;
  nextKey = 1;
  telemetry = createTelemetry({ now: () => now, trusted: true });
});

const by = (service: string) => ({ namespace: 'shop', service, pod: null });
const span = (service: string, more: Partial<SpanRecord>): SpanRecord => ({
  source: by(service),
  spanKey: nextKey++,
  parentKey: 0,
  operation: 'GET /',
  kind: 'server',
  startMs: now,
  durationMs: 10,
  failed: false,
  peer: null,
  ...more,
});
const log = (service: string, body: string, severe = false): LogRecord => ({
  source: by(service),
  at: now,
  severe,
  body,
});

/** One request: front calls back, back calls a database that sends nothing. `own` is what back takes itself, in ms. */
function request(own: number, failed = false): SpanRecord[] {
  const noise = 1 + ((nextKey * 7919) % 100) / 500;
  const back = own * noise;
  const server = span('front', { durationMs: back + 30 });
  const client = span('front', { kind: 'client', parentKey: server.spanKey, durationMs: back + 8 });
  const called = span('back', { parentKey: client.spanKey, durationMs: back + 4, failed });
  const query = span('back', { kind: 'client', parentKey: called.spanKey, durationMs: 4, peer: 'ledger-db:5432' });
  return [query, called, client, server];
}

/** Minutes of traffic, `each` making a minute's records. */
function live(minutes: number, each: () => void): void {
  for (let i = 0; i < minutes; i += 1) {
    each();
    now += MINUTE;
  }
}
const traffic = (own: number, failed = false) =>
  live(1, () => {
    for (let i = 0; i < 20; i += 1) telemetry.spans(request(own, failed && i % 4 === 0));
  });
const evidence = async (since: number, entity: string, what: string) =>
  (await telemetry.evidence('shop', since, now)).find((one) => one.entity === entity && one.what === what);

describe('traces', () => {
  it('tell who calls whom, those that send no spans too, in whatever order they come', () => {
    telemetry.spans(request(10));
    telemetry.spans(request(10).reverse());
    now += MINUTE;
    expect(telemetry.calls('shop')).toEqual([
      { from: 'back', to: 'ledger-db', weight: 2 / 3 },
      { from: 'front', to: 'back', weight: 2 / 3 },
    ]);
    expect(telemetry.calls('elsewhere')).toEqual([]);
  });

  it('blame the one whose own time rose, not the one that waits for it', async () => {
    for (let i = 0; i < 30; i += 1) traffic(10);
    const since = now + 3 * MINUTE;
    for (let i = 0; i < 6; i += 1) traffic(60);
    expect((await evidence(since, 'back', 'latency'))?.strength).toBeGreaterThan(0.95);
    expect((await evidence(since, 'back', 'self time'))?.strength).toBeGreaterThan(0.95);
    expect((await evidence(since, 'front', 'latency'))?.strength).toBeGreaterThan(0.9);
    expect((await evidence(since, 'front', 'self time'))?.strength).toBeLessThan(0.5);
    expect((await evidence(since, 'back', 'self time'))?.message).toMatch(
      /^its own work takes \d\.\d times as long as usual$/,
    );
  });

  it('count failures, and find nothing where nothing is wrong', async () => {
    for (let i = 0; i < 30; i += 1) traffic(10);
    const since = now + 3 * MINUTE;
    for (let i = 0; i < 6; i += 1) traffic(10, true);
    expect(await evidence(since, 'back', 'errors')).toMatchObject({
      message: 'failed requests 0.0 % → 25.0 % (traces)',
    });
    expect((await evidence(since, 'back', 'errors'))?.strength).toBeGreaterThan(0.95);
    expect((await evidence(since, 'front', 'errors'))?.strength).toBeLessThan(0.5);
    expect((await evidence(since, 'back', 'latency'))?.strength).toBeLessThan(0.6);
  });

  it('that are sent twice count once', () => {
    const once = request(10);
    telemetry.spans(once);
    telemetry.spans(once);
    now += MINUTE;
    expect(telemetry.calls('shop')[0]?.weight).toBe(0.5);
  });

  it('that are late count where they belong; what is too old or of the future is refused and said', () => {
    traffic(10);
    expect(telemetry.logs([{ ...log('back', 'late'), at: now - 30 * MINUTE }]).count).toBe(0);
    expect(telemetry.logs([{ ...log('back', 'old'), at: now - 200 * MINUTE }])).toEqual({ count: 1, why: 'too late' });
    expect(telemetry.logs([{ ...log('back', 'ahead'), at: now + 20 * MINUTE }]).why).toBe('from the future');
    expect(telemetry.dropped()).toEqual({ too_late: 1, from_the_future: 1 });
  });
});

describe('logs', () => {
  it('show a new error pattern, with secrets masked before anything is kept', async () => {
    live(20, () => {
      for (let i = 0; i < 20; i += 1) telemetry.logs([log('back', `served request ${i} in ${i * 3} ms`)]);
    });
    const since = now + 3 * MINUTE;
    live(6, () => {
      for (let i = 0; i < 10; i += 1) telemetry.logs([log('back', `served request ${i} in ${i * 3} ms`)]);
      for (let i = 0; i < 10; i += 1)
        telemetry.logs([log('back', `connection to ledger refused, password=hunter2 attempt ${i}`, true)]);
    });
    const found = await evidence(since, 'back', 'log pattern');
    expect(found?.strength).toBeGreaterThan(0.95);
    expect(found?.message).toMatch(/^new error log “connection to ledger refused/);
    expect(JSON.stringify(await telemetry.evidence('shop', since, now))).not.toContain('hunter2');
  });
});

describe('metrics', () => {
  it('add up totals over pods through restarts, in whatever steps they come', async () => {
    const cpu = (pod: string, value: number): PointRecord => ({
      source: { ...by('back'), pod },
      stream: `cpu ${pod}`,
      name: 'container.cpu.time',
      unit: 's',
      at: now,
      kind: 'total',
      value,
      sum: null,
      since: 0,
      container: null,
      requests: null,
    });
    let total = 0;
    const grow = (seconds: number) => () => {
      total += seconds;
      telemetry.points([cpu('a', total), cpu('b', total)]);
    };
    live(40, grow(12));
    const since = now + 3 * MINUTE;
    total = 0;
    live(6, grow(50));
    const found = await evidence(since, 'back', 'cpu');
    expect(found?.message).toBe('cpu 24 CPU s/min → 100 CPU s/min');
    expect(found?.strength).toBeGreaterThan(0.9);
  });
});

describe('a flood', () => {
  it('of names pushes nobody out, and is counted', () => {
    const limits = { ...MINUTE_LIMITS, services: 10, edges: 5 };
    telemetry = createTelemetry({ now: () => now, trusted: true, limits });
    telemetry.logs([log('back', 'hello')]);
    const flood = Array.from({ length: 500 }, (_, i) => log(`made-up-${i}`, 'x'));
    expect(telemetry.logs(flood)).toEqual({ count: 491, why: 'too many services' });
    expect(telemetry.logs([log('back', 'hello again')]).count).toBe(0);
  });
});

describe('the latency sketch', () => {
  it('tells quantiles to within an eighth, over several minutes', () => {
    const [one, two] = [emptySketch(), emptySketch()];
    for (let ms = 1; ms <= 1_000; ms += 1) addDuration(ms % 2 ? one : two, ms);
    for (const q of [0.5, 0.9, 0.99]) expect(Math.abs(quantileMs([one, two], q) / (q * 1_000) - 1)).toBeLessThan(0.125);
    expect(quantileMs([emptySketch()], 0.5)).toBeNaN();
  });
});
