import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectLoki } from '../../src/adapters/loki/logs.ts';
import { rankInput } from '../../src/evidence/rank-input.ts';
import { type LokiServer, startLoki } from '../adapters/loki/loki-server.ts';
import { MINUTE, type SandboxDiagnosis, sandboxDiagnosis } from './sandbox-diagnosis.ts';

let loki: LokiServer;
let world: SandboxDiagnosis;
beforeEach(async () => {
  loki = await startLoki();
  world = await sandboxDiagnosis(connectLoki({ url: loki.url, timeoutMs: 5_000 }));
  world.sandbox.advance(8 * MINUTE);
});
afterEach(async () => {
  await world.stop();
  await loki.stop();
});

/** An hour of everyday lines of a service, and errors from `since` on. */
function write(service: string, since: number, error: string | null): void {
  const entries = Array.from({ length: 1_200 }, (_, i) => {
    const at = since - 65 * MINUTE + i * 3_500;
    return { at, line: `level=info msg="request" id=${i} status=200` };
  });
  const broken = Array.from({ length: 40 }, (_, i) => ({
    at: since + i * 2_000,
    line: `level=error msg="${error}" try=${i}`,
  }));
  loki.streams.push({
    labels: { namespace: 'shop', pod: `${service}-7d9f8c6b5-x2x2x` },
    entries: error === null ? entries : [...entries, ...broken],
  });
}

describe('log lines around trouble', () => {
  it('of the service and of what it calls give findings that weigh in the ranking', async () => {
    const since = world.sandbox.now();
    world.sandbox.fault('volume-filling', 'ledger-db', 4);
    world.sandbox.advance(5 * MINUTE);
    write('payment-api', since, null);
    write('ledger-db', since, 'no space left on device');
    const { findings } = await world.diagnose('payment-api', since);
    const patterns = findings.filter(({ what }) => what === 'log_pattern');
    expect(patterns).toMatchObject([
      { about: { name: 'ledger-db' }, message: expect.stringMatching(/^ledger-db: “level=.* new in its log, 40 of/) },
    ]);
    const { evidence } = rankInput(await world.gather('payment-api', since), findings);
    expect(evidence.filter(({ kind }) => kind === 'log')).toMatchObject([{ entity: 'ledger-db', what: 'log_pattern' }]);
    expect(loki.asked.every(({ query }) => query.includes('shop'))).toBe(true);
  });

  it('that can not be had are said to be missing, and ask for no more', async () => {
    loki.inTheWay = (res) => {
      res.writeHead(429, { 'content-type': 'text/plain' }).end('too many outstanding requests');
      return true;
    };
    const { incidentContext, missing } = await world.gather('payment-api', world.sandbox.now());
    expect(incidentContext.serviceLogs).toEqual([]);
    expect(missing).toEqual([expect.stringMatching(/^logs of payment-api: Loki answered 429/)]);
  });
});

describe('the log of pods that hang', () => {
  it('tells one that waits for somebody outside from one that hangs by itself', async () => {
    const since = world.sandbox.now();
    world.sandbox.fault('provider-away', 'payment-api');
    world.sandbox.advance(4 * MINUTE);
    const away = await world.diagnose('payment-api', since);
    expect(away.causes[0]).toMatchObject({ entity: { name: 'payment-api' }, what: 'blocked_on_dependency' });
    expect(away.findings.find(({ what }) => what === 'blocked_on_dependency')?.message).toMatch(/upstream timed out/);
    const { incidentContext } = await world.gather('payment-api', since);
    expect(Object.keys(incidentContext.logs)).toHaveLength(2);
    expect(incidentContext.logs).toEqual({
      [Object.keys(incidentContext.logs)[0]!]: expect.arrayContaining([
        expect.stringMatching(/msg="upstream timed out"/),
      ]),
      [Object.keys(incidentContext.logs)[1]!]: expect.arrayContaining([
        expect.stringMatching(/msg="upstream timed out"/),
      ]),
    });
  });

  it('that hang by themselves are restarted, so their own words count', async () => {
    const since = world.sandbox.now();
    world.sandbox.fault('dependency-down', 'payment-api');
    world.sandbox.advance(4 * MINUTE);
    const { causes, findings } = await world.diagnose('payment-api', since);
    expect(causes[0]).toMatchObject({ entity: { name: 'payment-api' }, what: 'deadlock' });
    expect(findings.find(({ what }) => what === 'log_error')?.message).toMatch(/worker has not reported/);
  });

  it('is not read where nobody hangs', async () => {
    const { incidentContext } = await world.gather('payment-api', world.sandbox.now());
    expect(incidentContext.logs).toEqual({});
  });
});
