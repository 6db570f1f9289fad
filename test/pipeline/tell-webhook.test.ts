import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWebhookOut } from '../../src/adapters/webhook-out/webhook-out.ts';
import type { Event } from '../../src/domain/incident-event.ts';
import type { StageDeps } from '../../src/pipeline/deps.ts';
import { receiveAlerts } from '../../src/pipeline/receive-alerts.ts';
import { record } from '../../src/pipeline/record.ts';
import { runEffect } from '../../src/pipeline/run-effect.ts';
import { stagesByKind } from '../../src/pipeline/stages.ts';
import type { DueEffect } from '../../src/ports/store.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';
import { alertOf, askOf, diagnosisOf, RANG, T0 } from '../domain/examples.ts';

/** Another program is told what happens: real Redis, real HTTP, a receiver that checks what it gets. */

type Heard = { id: string; body: Record<string, unknown> & { change: { number: number; type: string } } };

const SECRET = 'a secret of both sides';
let fixture: Fixture;
let server: Server;
let heard: Heard[];
let answers: { status: number; headers?: Record<string, string> }[];
let due: DueEffect[];
let deps: StageDeps;
let id: string;
let runs = 0;

beforeAll(async () => {
  fixture = await startFixture();
  server = createServer((req, res) => {
    let text = '';
    req.on('data', (part: Buffer) => {
      text += part.toString();
    });
    req.on('end', () => {
      const sign = (name: string) => String(req.headers[name]);
      const wanted = createHmac('sha256', SECRET).update(`${sign('webhook-id')}.${sign('webhook-timestamp')}.${text}`);
      if (sign('webhook-signature') !== `v1,${wanted.digest('base64')}`) return void res.writeHead(401).end();
      const { status, headers } = answers.shift() ?? { status: 204 };
      if (status < 300) heard.push({ id: sign('webhook-id'), body: JSON.parse(text) });
      res.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.close();
  await fixture.end();
});
beforeEach(async () => {
  const { store } = await fixture.replica({ cluster: `told-${++runs}` });
  [heard, answers, due] = [[], [], []];
  fixture.clock.set(T0);
  deps = {
    store,
    jobs: { wake: async (more: DueEffect[]) => void due.push(...more) },
    clock: { now: fixture.clock.now, realDelay: (ms: number) => ms },
    recentlyOpen: (limit: number) => store.listOpen(limit),
    openLines: () => store.openLines(),
    webhookOut: createWebhookOut({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/incidents`,
      secret: SECRET,
      now: Date.now,
    }),
    log: pino({ level: 'silent' }),
  } as unknown as StageDeps;
  const subject = { cluster: 'test', namespace: 'shop', service: 'payment-api' };
  id = (await receiveAlerts(deps, [{ alert: alertOf(), subject }], new Map()))[0]!;
});
afterEach(() => expect(answers).toEqual([]));

const happens = (event: Event) => record(deps, id, event);
const asked: Event = {
  ...{ type: 'diagnosed', at: T0, diagnosis: diagnosisOf(), skippedSteps: [] },
  decision: askOf({ options: [] }),
};
/** Runs what is due of it now, as the newest wake says. */
async function tell(): Promise<void> {
  const newest = due.filter(({ kind }) => kind === 'webhook').at(-1);
  if (newest) await runEffect(deps, stagesByKind, newest);
}
const types = () => heard.map(({ body }) => `${body.change.number} ${body.change.type}`);

describe('the webhook', () => {
  it('tells each line of the record once, in order, with what the incident is by then', async () => {
    await tell();
    await happens(asked);
    await happens({ ...RANG, at: T0 + 1_000, planDigest: 'digest-1' });
    await tell();
    expect(types()).toEqual(['1 alerts', '2 diagnosed', '3 rang']);
    expect(heard[1]).toMatchObject({
      id: `test.${id}.2`,
      body: {
        type: 'incident.changed',
        version: 1,
        timestamp: new Date(T0).toISOString(),
        change: { from: 'noticed', to: 'awaiting_approval' },
        incident: { id, service: 'payment-api', namespace: 'shop', state: 'awaiting_approval', outcome: null },
      },
    });
    await tell();
    expect(heard).toHaveLength(3);
  });

  it('tells again what was not taken, and only that, as late as the receiver asks for', async () => {
    await happens(asked);
    answers = [{ status: 204 }, { status: 503, headers: { 'retry-after': '40' } }];
    await tell();
    expect(types()).toEqual(['1 alerts']);
    expect(due.at(-1)).toMatchObject({ kind: 'webhook', dueAt: T0 + 40_000 });
    fixture.clock.set(T0 + 40_000);
    await tell();
    expect(types()).toEqual(['1 alerts', '2 diagnosed']);
  });

  it('says the same id again where it died before it could note that it had told', async () => {
    await deps.webhookOut?.send({ id: `test.${id}.1`, at: T0, body: { change: { number: 1, type: 'alerts' } } });
    await tell();
    expect(heard.map((one) => one.id)).toEqual([`test.${id}.1`, `test.${id}.1`]);
  });

  it('leaves out what nobody took for a day', async () => {
    await happens(asked);
    fixture.clock.set(T0 + 25 * 3_600_000);
    await happens({ type: 'noted', at: T0 + 25 * 3_600_000, message: 'password=hunter2hunter2', by: 'U_ANN' });
    await tell();
    expect(types()).toEqual(['3 noted']);
    expect(JSON.stringify(heard)).not.toContain('hunter2');
  });

  it('is not due where no program is to be told', async () => {
    const { webhookOut: _, ...without } = deps;
    due = [];
    await record(without as StageDeps, id, asked);
    expect(due.map(({ kind }) => kind)).not.toContain('webhook');
  });
});
