import { describe, expect, it } from 'vitest';
import { NAMESPACE, SERVICES } from '../../sandbox/shop/services.ts';
import { shardOwnerOf } from '../../src/app/scanner.ts';
import type { Finding } from '../../src/domain/types/finding.ts';
import { troubleAmong } from '../../src/watch/scan-memory.ts';
import { type ScanLook, withoutPassedOn } from '../../src/watch/scan-settle.ts';
import { EVENING, MINUTE, type VirtualSandbox, virtualSandbox } from '../sandbox/virtual-sandbox.ts';
import { createScanWorld, metricsOn, type ScanWorld } from '../soak/scan/scan-world.ts';

const calls = new Map(
  SERVICES.map((one) => [`${NAMESPACE}/${one.name}`, new Set(one.calls.map(({ to }) => `${NAMESPACE}/${to}`))]),
);

async function watching(): Promise<{ sandbox: VirtualSandbox; world: ScanWorld }> {
  const sandbox = virtualSandbox(EVENING);
  return { sandbox, world: await createScanWorld(metricsOn(sandbox.store), sandbox.now, calls) };
}

async function minutes(sandbox: VirtualSandbox, world: ScanWorld, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    sandbox.advance(MINUTE);
    await world.scan();
  }
}

describe('the scan, on the sandbox', () => {
  it('sees a leak before its alert fires, with the value and what was normal', async () => {
    const { sandbox, world } = await watching();
    await world.train(sandbox.now());
    await minutes(sandbox, world, 2);
    expect(world.opened).toEqual([]);
    sandbox.fault('memory-leak', 'payment-api');
    await minutes(sandbox, world, 5);
    expect(sandbox.fired()).toEqual([]);
    expect(world.opened).toHaveLength(1);
    const [incident] = world.opened;
    expect(incident).toMatchObject({ service: 'payment-api', alerts: [] });
    expect(incident?.anomalies[0]?.message).toMatch(
      /payment-api: memory \d+ % of its limit; at this hour .*; full in about \d+ min/,
    );
  });

  it('calls nothing anomalous without a model, but for what climbs to a limit', async () => {
    const { sandbox, world } = await watching();
    sandbox.fault('latency', 'payment-api');
    await minutes(sandbox, world, 5);
    expect(world.opened).toEqual([]);
  });
});

describe('a surge', () => {
  it('belongs to the first service that it reaches, not to those behind it', () => {
    const look = (name: string): ScanLook => {
      const about = { kind: 'Deployment' as const, namespace: NAMESPACE, name };
      const value = { observed: 90, low: 10, high: 30, unit: 'req/s' };
      const findings = ['traffic', 'cpu'].map((what): Finding => {
        return { kind: 'anomaly', about, at: 0, what, message: what, strength: 0.999, value };
      });
      return { about, findings };
    };
    const looks = withoutPassedOn([look('payment-api'), look('ledger-db'), look('storefront')], calls);
    expect(looks.map(({ about, findings }) => [about.name, troubleAmong(findings)?.what ?? null])).toEqual([
      ['payment-api', 'traffic'],
      ['ledger-db', null],
      ['storefront', 'traffic'],
    ]);
  });
});

describe('slowness', () => {
  const calls = new Map([
    ['shop/storefront', new Set(['shop/checkout-api'])],
    ['shop/checkout-api', new Set(['shop/order-worker'])],
  ]);
  const look = (name: string, ...odd: [what: string, strength: number][]): ScanLook => {
    const about = { kind: 'Deployment' as const, namespace: 'shop', name };
    const value = { observed: 90, low: 10, high: 30, unit: '' };
    return {
      about,
      findings: odd.map(([what, strength]) => ({
        kind: 'anomaly',
        about,
        at: 0,
        what,
        message: what,
        strength,
        value,
      })),
    };
  };
  const worker = look('order-worker', ['latency', 0.999], ['traffic', 0.95]);
  const troubleOfWorker = (symptomService: ScanLook, behind = worker) =>
    troubleAmong(
      withoutPassedOn([behind, symptomService], calls).find(({ about }) => about.name === 'order-worker')!.findings,
    )?.what;

  it('of more load that is passed on belongs to the surge, however far behind', () => {
    expect(troubleOfWorker(look('storefront', ['traffic', 0.99]))).toBeUndefined();
  });
  it("is a service's own without more load, or while the surge isn't sure", () => {
    expect(troubleOfWorker(look('storefront', ['traffic', 0.99]), look('order-worker', ['latency', 0.999]))).toBe(
      'latency',
    );
    expect(troubleOfWorker(look('storefront', ['traffic', 0.6]))).toBe('latency');
  });
});

describe('the shares of replicas', () => {
  const services = Array.from({ length: 300 }, (_, i) => `shop/service-${i}`);

  it('are about equal, and each service has one owner', () => {
    const counts = new Map<string, number>();
    for (const service of services) {
      const owner = shardOwnerOf(service, ['a', 'b', 'c']);
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
    for (const owner of ['a', 'b', 'c']) expect(counts.get(owner)).toBeGreaterThan(70);
  });

  it('when one leaves, only its own services move', () => {
    for (const service of services) {
      const before = shardOwnerOf(service, ['a', 'b', 'c']);
      if (before !== 'c') expect(shardOwnerOf(service, ['a', 'b'])).toBe(before);
    }
  });
});
