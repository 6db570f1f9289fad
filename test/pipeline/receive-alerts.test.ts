import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Deps } from '../../src/app/deps.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { ECHO_MS, LATE_FIRING_MS } from '../../src/domain/incident-limits.ts';
import type { Alert } from '../../src/domain/types/alert.ts';
import { receiveAlerts } from '../../src/pipeline/receive-alerts.ts';
import { record } from '../../src/pipeline/record.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import { createTurns } from '../../src/timing/turns.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';
import { alertOf, T0 } from '../domain/examples.ts';

/** Which incident alerts land in, on the real store; what is known of other services' incidents may be a moment old. */

let fixture: Fixture;
let store: IncidentStore;
let runs = 0;
let seen: Incident[] | null;
const turns = createTurns(1);
const CALLS = new Map([
  ['shop/storefront', new Set(['shop/checkout-api'])],
  ['shop/checkout-api', new Set(['shop/payment-api'])],
  ['shop/catalog-api', new Set(['shop/payment-api'])],
]);

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());
beforeEach(async () => {
  ({ store } = await fixture.replica({ cluster: `receive-${++runs}` }));
  seen = null;
  fixture.clock.set(T0);
});

const depsNow = (): Deps =>
  ({
    store,
    jobs: { wake: async () => {} },
    clock: { now: fixture.clock.now, realDelay: (ms: number) => ms },
    openingTurn: turns,
    recentlyOpen: async (limit: number) => seen ?? store.listOpen(limit),
    openLines: () => store.openLines(),
    log: pino({ level: 'silent' }),
  }) as unknown as Deps;

const receive = (service: string, ...alerts: Partial<Alert>[]): Promise<string[]> =>
  receiveAlerts(
    depsNow(),
    alerts.map((alert) => ({
      alert: alertOf({ fingerprint: service, ...alert }),
      subject: { cluster: 'test', namespace: 'shop', service },
    })),
    CALLS,
  );
const end = (id: string) => record(depsNow(), id, { type: 'resolved', at: fixture.clock.now(), message: 'over' });
const alertsOf = async (id: string) => (await store.load(id))?.alerts.map((alert) => alert.fingerprint);

describe('a group that is sent again', () => {
  it('and says nothing new is answered without a save; what is new in it is saved', async () => {
    const [id] = await receive('payment-api', { fingerprint: 'a' });
    const before = await store.load(id!);
    expect(await receive('payment-api', { fingerprint: 'a' })).toEqual([id]);
    expect(await store.load(id!)).toEqual(before);
    await receive('payment-api', { fingerprint: 'a' }, { fingerprint: 'b' });
    expect((await store.load(id!))?.version).toBe(before!.version + 1);
    expect(await alertsOf(id!)).toEqual(['a', 'b']);
  });
});

describe('a new incident in a storm', () => {
  it('is held back as it opens once enough of its namespace are looked at; before, each is diagnosed', async () => {
    const limits = { stormIncidents: 8 } as Deps['limits'];
    const ids: string[] = [];
    for (let n = 0; n < 10; n += 1)
      ids.push(
        ...(await receiveAlerts(
          { ...depsNow(), limits },
          [
            {
              alert: alertOf({ fingerprint: `f${n}`, name: 'TargetDown', labels: { severity: 'critical' } }),
              subject: { cluster: 'test', namespace: 'far', service: `api-${n}` },
            },
          ],
          CALLS,
        )),
      );
    const states = await Promise.all(ids.map(async (id) => (await store.load(id))?.state));
    expect(states.slice(0, 8).map((state) => state?.name)).toEqual(Array(8).fill('noticed'));
    expect(states.slice(8)).toMatchObject(Array(2).fill({ name: 'watching', waitsFor: 'storm' }));
    const due = (await store.listDue(fixture.clock.now(), 100)).filter(({ incidentId }) => incidentId === ids[9]);
    expect(due.map(({ kind }) => kind).sort()).toEqual(['notify', 'page', 'reach']);
  });
});

describe('an alert of a caller', () => {
  it('joins the open incident of what it calls, when it is a symptom', async () => {
    const [id] = await receive('payment-api', {});
    expect(await receive('checkout-api', {})).toEqual([id]);
    expect(await alertsOf(id!)).toEqual(['payment-api', 'checkout-api']);
  });

  it('ends in the incident that it has joined, and fires again there, however long that is open', async () => {
    const [id] = await receive('payment-api', {});
    await receive('checkout-api', {});
    fixture.clock.set(T0 + 3_600_000);
    expect(await receive('checkout-api', {})).toEqual([id]);
    expect(await receive('checkout-api', { status: 'resolved', endsAt: T0 + 3_600_000 })).toEqual([id]);
    const held = (await store.load(id!))?.alerts.map(({ fingerprint, status }) => [fingerprint, status]);
    expect(held).toEqual([
      ['payment-api', 'firing'],
      ['checkout-api', 'resolved'],
    ]);
    expect(await store.listOpen(10)).toHaveLength(1);
  });

  it('opens its own when it is no symptom', async () => {
    const [id] = await receive('payment-api', {});
    expect(await receive('checkout-api', { name: 'ContainerMemoryHigh' })).not.toEqual([id]);
  });

  it('opens its own when the other was closed a moment ago, and leaves that one alone', async () => {
    const [id] = await receive('payment-api', {});
    seen = await store.listOpen(10);
    await end(id!);
    const [own] = await receive('checkout-api', {});
    expect(own).not.toBe(id);
    expect(await alertsOf(id!)).toEqual(['payment-api']);
    expect(await alertsOf(own!)).toEqual(['checkout-api']);
  });
});

describe('alerts that one trouble sets off in the same moment', () => {
  const chain = ['storefront', 'checkout-api', 'catalog-api', 'payment-api'];

  it('are one incident, though each look at what is open was a moment old', async () => {
    seen = [];
    const ids = await Promise.all(chain.map((service) => receive(service, {})));
    expect(new Set(ids.flat()).size).toBe(1);
    expect(await alertsOf(ids[0]![0]!)).toHaveLength(4);
  });

  it('are one incident when they come in one delivery', async () => {
    const ids = await receiveAlerts(
      depsNow(),
      chain.map((service) => ({
        alert: alertOf({ fingerprint: service }),
        subject: { cluster: 'test', namespace: 'shop', service },
      })),
      CALLS,
    );
    expect(ids).toHaveLength(1);
  });
});

describe('the end of an alert that joined the incident of another service', () => {
  it('is heard there, so that the incident can end', async () => {
    const [id] = await receive('payment-api', {});
    await receive('checkout-api', {});
    expect(await receive('checkout-api', { status: 'resolved', endsAt: T0 + 1 })).toEqual([id]);
    expect((await store.load(id!))?.alerts.map((alert) => alert.status)).toEqual(['firing', 'resolved']);
    expect(await store.list({ limit: 10 })).toHaveLength(1);
  });

  it('is heard there also when its own service has got an incident since', async () => {
    const [id] = await receive('payment-api', {});
    await receive('checkout-api', { fingerprint: 'slow' });
    const [own] = await receive('checkout-api', { fingerprint: 'full', name: 'ContainerMemoryHigh' });
    expect(own).not.toBe(id);
    expect(await receive('checkout-api', { fingerprint: 'slow', status: 'resolved', endsAt: T0 + 1 })).toEqual([id]);
    expect(await alertsOf(own!)).toEqual(['full']);
  });

  it('goes to its own service once that incident is closed', async () => {
    const [id] = await receive('payment-api', {});
    await receive('checkout-api', {});
    seen = await store.listOpen(10);
    await end(id!);
    const lines = (await store.timeline(id!)).length;
    const [own] = await receive('checkout-api', { status: 'resolved', endsAt: T0 + 1 });
    expect(own).not.toBe(id);
    expect(await store.timeline(id!)).toHaveLength(lines);
  });
});

describe('the end of an alert whose incident is closed, while its service has a new one', () => {
  it('is heard by the closed one, and what is new by the new one', async () => {
    const [first] = await receive('payment-api', {});
    await end(first!);
    const [second] = await receive('payment-api', { fingerprint: 'other', startsAt: T0 + 60_000 });
    expect(second).not.toBe(first);
    const ids = await receive(
      'payment-api',
      { status: 'resolved', endsAt: T0 + 90_000 },
      { fingerprint: 'third', startsAt: T0 + 80_000 },
    );
    expect(ids).toEqual([second]);
    expect(await alertsOf(second!)).toEqual(['other', 'third']);
    expect((await store.load(first!))?.alerts).toMatchObject([{ fingerprint: 'payment-api', status: 'resolved' }]);
    expect(await receive('payment-api', { status: 'resolved', endsAt: T0 + 90_000 })).toEqual([first]);
  });

  it('that began after it is for the new one', async () => {
    const [first] = await receive('payment-api', {});
    await end(first!);
    const [second] = await receive('payment-api', { fingerprint: 'other', startsAt: T0 + 60_000 });
    const again = { status: 'resolved' as const, startsAt: T0 + 70_000, endsAt: T0 + 90_000 };
    expect(await receive('payment-api', again)).toEqual([second]);
  });
});

describe('an alert of a service whose incident was closed a moment ago', () => {
  it('opens a new one that is linked, and leaves the closed one alone, when it fires anew', async () => {
    const [id] = await receive('payment-api', {});
    seen = await store.listOpen(10);
    await end(id!);
    const lines = (await store.timeline(id!)).length;
    const [second] = await receive('payment-api', { startsAt: T0 + 60_000 });
    expect(second).not.toBe(id);
    expect((await store.load(second!))?.linked).toEqual([id]);
    expect(await store.timeline(id!)).toHaveLength(lines);
  });

  it('is its echo for as long as rules look back, and after that a new incident', async () => {
    const [id] = await receive('payment-api', {});
    await end(id!);
    fixture.clock.set(T0 + ECHO_MS);
    expect(await receive('payment-api', {})).toEqual([id]);
    fixture.clock.set(T0 + ECHO_MS + 1);
    expect(await receive('payment-api', {})).not.toEqual([id]);
  });

  it('that had ended before stays over when its firing comes late, and is new when it fires on: only its watcher had been away', async () => {
    const [id] = await receive('payment-api', {});
    await receive('payment-api', { status: 'resolved', endsAt: T0 + 1 });
    await end(id!);
    fixture.clock.set(T0 + LATE_FIRING_MS - 1);
    expect(await receive('payment-api', {})).toEqual([id]);
    fixture.clock.set(T0 + ECHO_MS + 1);
    expect(await receive('payment-api', {})).not.toEqual([id]);
  });
});

describe('a resolution of what nobody has heard of', () => {
  it('is kept in an incident that is closed already, tells nobody, and has nothing due', async () => {
    const [id] = await receive('payment-api', { status: 'resolved', endsAt: T0 });
    expect(await store.load(id!)).toMatchObject({ state: { name: 'closed', outcome: 'self_healed' }, version: 1 });
    expect(await store.listLater(-1, 10)).toEqual([]);
    expect((await store.timeline(id!)).map((line) => line.type)).toEqual(['alerts', 'resolved']);
  });
});
