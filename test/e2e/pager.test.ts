import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  changes,
  messageWith,
  type Nightshift,
  removeFolder,
  send,
  startNightshift,
  temporaryFolder,
  until,
} from './nightshift-process.ts';

/** PagerDuty's Events API, over the wire: what the app sends for a critical service, in step with the incident. */

type PagerEvent = {
  event_action: string;
  dedup_key: string;
  payload?: { summary: string; severity: string; custom_details?: Record<string, string> };
};

let events: PagerEvent[];
let server: Server;
let nightshift: Nightshift;
let dataDir: string;

beforeEach(async () => {
  events = [];
  server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const event = JSON.parse(Buffer.concat(chunks).toString('utf8')) as PagerEvent;
      events.push(event);
      res.writeHead(202, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ status: 'success', message: 'Event processed', dedup_key: event.dedup_key }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  dataDir = await temporaryFolder();
  nightshift = await startNightshift(
    {
      NIGHTSHIFT_SANDBOX_SPEED: '30',
      PAGERDUTY_ROUTING_KEY: 'a'.repeat(32),
      PAGERDUTY_EVENTS_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/enqueue`,
    },
    dataDir,
  );
});

afterEach(async () => {
  await nightshift.stop();
  server.closeAllConnections();
  server.close();
  await removeFolder(dataDir);
});

const triggers = () => events.filter((event) => event.event_action === 'trigger');

describe('PagerDuty', () => {
  it('hears of the approval that a critical service needs, and is resolved when the incident closes', async () => {
    await send(`${nightshift.url}/sandbox/faults`, 'POST', { kind: 'bad-deploy', service: 'payment-api' });
    await until('the approval was paged', async () => triggers().length > 0, 90_000);
    const [asked] = triggers();
    expect(asked?.payload?.summary).toMatch(/Approval wanted.*payment-api/);
    expect(asked?.payload?.custom_details).toMatchObject({
      incident: expect.stringMatching(/^INC-1-/),
      at_timeout: 'execute',
    });
    expect(asked?.payload?.custom_details?.confidence).toMatch(/^\d+ %$/);
    let ts = '';
    await until('the message asks', async () => {
      const shown = await messageWith(nightshift.url, '"approve"');
      ts = shown?.ts ?? '';
      return shown !== undefined;
    });
    await send(`${nightshift.url}/sandbox/click`, 'POST', { ts, action_id: 'approve', user: 'U_ONCALL' });
    await until('the page is resolved', async () => events.some((event) => event.event_action === 'resolve'), 90_000);
    expect(new Set(events.map((event) => event.dedup_key)).size).toBe(1);
  }, 150_000);

  it('is triggered by an escalation, as by the rejection of a guest, after which nothing is changed', async () => {
    await send(`${nightshift.url}/sandbox/faults`, 'POST', { kind: 'bad-deploy', service: 'payment-api' });
    let ts = '';
    await until(
      'the message asks',
      async () => {
        const shown = await messageWith(nightshift.url, '"approve"');
        ts = shown?.ts ?? '';
        return shown !== undefined;
      },
      90_000,
    );
    await send(`${nightshift.url}/sandbox/click`, 'POST', { ts, action_id: 'reject', user: 'U_GUEST' });
    await until(
      'the escalation was paged',
      async () => triggers().some((event) => event.payload?.severity === 'critical'),
      60_000,
    );
    expect(triggers().at(-1)?.payload?.custom_details?.why).toMatch(/turned down/);
    expect(await changes(nightshift.kubeUrl, 'PATCH', 'deployments/payment-api')).toHaveLength(0);
  }, 150_000);
});
