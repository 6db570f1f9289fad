import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createServiceQueries } from '../../src/adapters/prometheus/service-queries.ts';
import { createKeptHistory } from '../../src/adapters/redis/kept-history.ts';
import { createSharedLog } from '../../src/adapters/redis/shared-log.ts';
import { createSharing, type Sharing } from '../../src/app/telemetry-replication.ts';
import type { LogRecord, SpanRecord } from '../../src/domain/telemetry.ts';
import { historyOf } from '../../src/learning/train-history.ts';
import { createTelemetry, type Telemetry } from '../../src/telemetry/create-telemetry.ts';
import { KEPT_METRICS } from '../../src/telemetry/keep.ts';
import { withTelemetry } from '../../src/telemetry/metrics.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';
import { explicitHistogram, MINUTE, ofPod, received, START } from '../telemetry/otlp-sender.ts';

let fixture: Fixture;
let redis: Awaited<ReturnType<Fixture['replica']>>['redis'];
beforeAll(async () => {
  fixture = await startFixture();
  redis = (await fixture.replica({ batched: false })).redis;
});
afterAll(() => fixture.end());

let now: number;
let nextKey: number;
let warnings: string[];
beforeEach(async () => {
  await redis.flushall();
  now = START;
  nextKey = 1;
  warnings = [];
});

type Replica = { telemetry: Telemetry; sharing: Sharing };
function replica(name: string, trusted = true, connection = redis): Replica {
  const note = (_: object, message: string) => void warnings.push(message);
  const sharing = createSharing({
    shared: createSharedLog({ redis: connection, cluster: 'test' }),
    history: historyOn(connection),
    clock: { now: () => now, realDelay: (ms) => ms },
    replica: name,
    log: { warn: note, info: note } as never,
  });
  return { sharing, telemetry: createTelemetry({ now: () => now, trusted, several: sharing.several }) };
}
const historyOn = (connection: typeof redis) =>
  createKeptHistory({ redis: connection, cluster: 'test', width: KEPT_METRICS.length });
async function turns(...replicas: Replica[]): Promise<void> {
  for (let i = 0; i < 2; i += 1) for (const { sharing, telemetry } of replicas) await sharing.turn(telemetry);
}

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

/** Front calls back under the name of back's Kubernetes Service, which is not its workload's. */
function request(own: number): SpanRecord[] {
  const noise = 1 + ((nextKey * 7919) % 100) / 500;
  const back = own * noise;
  const server = span('front', { durationMs: back + 30 });
  const client = span('front', { kind: 'client', parentKey: server.spanKey, durationMs: back + 8, peer: 'backend' });
  const called = span('back', { parentKey: client.spanKey, durationMs: back + 4 });
  const query = span('back', { kind: 'client', parentKey: called.spanKey, durationMs: 4, peer: 'ledger-db:5432' });
  return [server, client, called, query];
}

/** The same story, told to one replica whole, and to two in turns. */
function tell(to: (i: number) => Telemetry, minutes: number, own: number): void {
  for (let minute = 0; minute < minutes; minute += 1) {
    for (let i = 0; i < 24; i += 1) {
      to(i).spans(request(own));
      to(i).logs([log('back', `served request ${i} in ${i * 3} ms`)]);
      if (own > 20) to(i).logs([log('back', `pool exhausted after ${i} tries`, true)]);
    }
    now += MINUTE;
  }
}

describe('two replicas', () => {
  it('know together what one alone would know: calls, causes and log patterns', async () => {
    const alone = replica('alone');
    tell(() => alone.telemetry, 30, 10);
    const since = now + 3 * MINUTE;
    tell(() => alone.telemetry, 6, 60);
    now += MINUTE;
    const expected = await alone.telemetry.evidence('shop', since, now);
    expect(expected.map(({ what }) => what)).toContain('log pattern');

    now = START;
    nextKey = 1;
    const [one, other] = [replica('one'), replica('other')];
    const half = (i: number) => (i % 2 === 0 ? one : other).telemetry;
    for (let part = 0; part < 6; part += 1) {
      tell(half, 6, part < 5 ? 10 : 60);
      await turns(one, other);
    }
    now += MINUTE;
    await turns(one, other);
    for (const { telemetry } of [one, other]) {
      expect(telemetry.calls('shop')).toEqual(alone.telemetry.calls('shop'));
      const found = await telemetry.evidence('shop', since, now);
      expect(found.map(({ entity, what }) => `${entity} ${what}`).sort()).toEqual(
        expected.map(({ entity, what }) => `${entity} ${what}`).sort(),
      );
      for (const { entity, what, strength } of expected)
        expect(found.find((it) => it.entity === entity && it.what === what)?.strength).toBeCloseTo(strength, 6);
    }
  });

  it('have the same sketches to the last count, and the same sums, however the spans were shared out', async () => {
    const alone = replica('alone');
    const [one, other] = [replica('one'), replica('other')];
    for (let i = 0; i < 500; i += 1) {
      const spans = [span('back', { durationMs: 0.5 * 1.01 ** i })];
      alone.telemetry.spans(spans);
      (i % 3 === 0 ? one : other).telemetry.spans(spans);
    }
    now += 2 * MINUTE;
    await turns(one, other);
    const minuteOf = ({ telemetry }: Replica) => telemetry.parts(START, now).get(START)?.[0]?.services.get('shop/back');
    const expected = minuteOf(alone);
    expect(expected?.requests).toBe(500);
    for (const each of [one, other]) {
      expect(minuteOf(each)?.latency).toEqual(expected?.latency);
      expect(minuteOf(each)?.operations.get('GET /')?.self.totalMs).toBeCloseTo(
        expected?.operations.get('GET /')?.self.totalMs ?? 0,
        6,
      );
    }
  });

  it('count nothing twice: not their own, not what was said again, not a minute that had latecomers', async () => {
    const [one, other] = [replica('one'), replica('other')];
    one.telemetry.spans(request(10));
    now += 2 * MINUTE;
    await turns(one, other);
    one.telemetry.spans([span('back', { startMs: START + 1_000 })]);
    now += MINUTE;
    await turns(one, other);
    await turns(other, one);
    const requests = ({ telemetry }: Replica) =>
      [...telemetry.parts(START, START + 1).values()]
        .flat()
        .reduce((sum, minute) => sum + (minute.services.get('shop/back')?.requests ?? 0), 0);
    expect([one, other].map(requests)).toEqual([2, 2]);
  });

  it('give a replica that starts later what was heard before', async () => {
    const one = replica('one');
    tell(() => one.telemetry, 20, 10);
    now += MINUTE;
    await turns(one);
    const late = replica('late');
    await turns(late);
    expect(late.telemetry.calls('shop')).toEqual(one.telemetry.calls('shop'));
  });
});

describe('a trace whose spans went to two replicas', () => {
  it('makes no wrong edge: a call by a name is the service that answers to it, as soon as one trace showed that', async () => {
    const [one, other] = [replica('one'), replica('other')];
    for (let i = 0; i < 40; i += 1) {
      const [server, client, called, query] = request(10);
      one.telemetry.spans([server!, client!]);
      other.telemetry.spans([called!, query!]);
    }
    // One pair of them met, anywhere.
    other.telemetry.spans(request(10));
    now += 2 * MINUTE;
    await turns(one, other);
    for (const { telemetry } of [one, other])
      expect(
        telemetry
          .calls('shop')
          .map(({ from, to }) => `${from} ${to}`)
          .sort(),
      ).toEqual(['back ledger-db', 'front back']);
  });

  it('through a gateway stays a call to the gateway, behind which several services answer', async () => {
    const [one, other] = [replica('one'), replica('other')];
    for (let i = 0; i < 10; i += 1) {
      const client = span('front', { kind: 'client', peer: 'gateway' });
      const called = span(i % 2 ? 'back' : 'cart', { parentKey: client.spanKey });
      if (i < 4) one.telemetry.spans([client, called]);
      else {
        one.telemetry.spans([client]);
        other.telemetry.spans([called]);
      }
    }
    now += 2 * MINUTE;
    await turns(one, other);
    const expected = [
      { from: 'front', to: 'back', weight: 2 / 3 },
      { from: 'front', to: 'cart', weight: 2 / 3 },
      { from: 'front', to: 'gateway', weight: 6 / 7 },
    ];
    for (const { telemetry } of [one, other])
      expect(telemetry.calls('shop').sort((a, b) => (a.to < b.to ? -1 : 1))).toEqual(expected);
  });

  it('tells no self time and no network time that would hold what the others took', async () => {
    const [one, other] = [replica('one'), replica('other')];
    const split = (minutes: number, own: number) => {
      for (let minute = 0; minute < minutes; minute += 1) {
        for (let i = 0; i < 60; i += 1)
          for (const each of request(own)) (nextKey++ % 2 ? one : other).telemetry.spans([each]);
        now += MINUTE;
      }
    };
    for (let part = 0; part < 10; part += 1) {
      split(3, 10);
      await turns(one, other);
    }
    const since = now + 3 * MINUTE;
    split(6, 60);
    now += MINUTE;
    await turns(one, other);
    for (const { telemetry } of [one, other]) {
      const found = await telemetry.evidence('shop', since, now);
      const strengthOf = (entity: string, what: string) =>
        found.find((it) => it.entity === entity && it.what === what)?.strength ?? 0;
      expect(strengthOf('back', 'latency')).toBeGreaterThan(0.9);
      expect(strengthOf('front', 'self time')).toBeLessThan(0.5);
      expect(found.filter((it) => it.what.startsWith('network time') && it.strength > 0.9)).toEqual([]);
    }
  });
});

describe('trust', () => {
  it('is not passed on: what a stranger told one replica is no word of somebody with a token on another', async () => {
    const [open, closed] = [replica('open', false), replica('closed', true)];
    open.telemetry.spans(request(10));
    now += 2 * MINUTE;
    await turns(open, closed);
    expect(closed.telemetry.calls('shop')).toEqual([]);
    expect(await redis.keys('*history*')).toEqual([]);
  });
});

describe('a cache that is away', () => {
  it('leaves each replica its own, is said once, and is made good', async () => {
    const away = await fixture.replica({ batched: false });
    const [one, other] = [replica('one', true, away.redis), replica('other')];
    away.redis.disconnect();
    for (let i = 0; i < 3; i += 1) {
      one.telemetry.spans(request(10));
      now += 2 * MINUTE;
      await turns(one, other);
    }
    expect(one.telemetry.calls('shop').map(({ to }) => to)).toContain('back');
    expect(other.telemetry.calls('shop')).toEqual([]);
    expect(warnings.filter((message) => message.includes('the cache is away'))).toHaveLength(1);
    await away.redis.connect();
    await turns(one, other);
    expect(other.telemetry.calls('shop')).toEqual(one.telemetry.calls('shop'));
    expect(warnings).toContain('telemetry is shared with the other replicas again');
  });
  it('may hold anything: what is not readable is passed over', async () => {
    const shared = createSharedLog({ redis, cluster: 'test' });
    await shared.append({ replica: 'odd', number: 1 }, Buffer.from('{"form":2}'));
    await shared.append({ replica: 'odd', number: 2 }, Buffer.from('nonsense'));
    await redis.xadd('nightshift-otlp:test:minutes', '*', 'replica', 'x', 'number', '1', 'body', 'not packed');
    const [one, other] = [replica('one'), replica('other')];
    one.telemetry.spans(request(10));
    now += 2 * MINUTE;
    await turns(one, other);
    expect(other.telemetry.calls('shop')).toHaveLength(2);
    expect(warnings).toEqual([]);
  });
});

describe('what is kept', () => {
  it('is what a service can be learned from hours later, without Prometheus, written by one replica for all', async () => {
    const [one, other] = [replica('one'), replica('other')];
    const serve = (minutes: number) => {
      for (let i = 0; i < minutes; i += 1) {
        now += MINUTE;
        for (const [pod, to] of [
          ['aaaaa', one],
          ['bbbbb', other],
        ] as const) {
          const served = { at: now - 1, since: now - MINUTE, durations: [0.02, 0.02, 0.3], delta: true, status: 200 };
          to.telemetry.points(received(ofPod('payment-api', pod), [explicitHistogram(served)]));
        }
      }
    };
    for (let i = 0; i < 6 * 12; i += 1) {
      serve(5);
      await turns(one, other);
    }
    const source = withTelemetry(
      { metrics: null, queries: createServiceQueries() },
      { telemetry: other.telemetry, history: historyOn(redis), now: () => now },
    );
    const history = await historyOf(source, 'shop', 'payment-api', now);
    expect(history.missing).toEqual([]);
    const rates = history.byMetric.request_rate!;
    expect(rates.times.length).toBeGreaterThan(6 * 12 - 6);
    // Both pods', each heard by another replica.
    for (const rate of rates.values.slice(1, -2)) expect(rate).toBeCloseTo(0.1, 3);
    expect(history.byMetric.latency_p99?.values[30]).toBeGreaterThan(0.25);
    expect(history.byMetric.cpu_ratio).toBeUndefined();
  });
});
