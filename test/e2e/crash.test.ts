import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KillPoint, type KillProxy, startKillProxy } from './kill-proxy.ts';
import {
  incidents,
  isIncidentMessage,
  type ListedIncident,
  type Nightshift,
  removeFolder,
  type ShownMessage,
  send,
  startNightshift,
  temporaryFolder,
  until,
} from './nightshift-process.ts';
import { type SandboxProcess, startSandboxProcess } from './sandbox-process.ts';

/** kill -9 in the middle of every stage of an incident, several times in its life; the sandbox runs on as a process of its own, and its request log is the judge: one rollback, one message. */

const realPatch = (req: { method: string; path: string }) =>
  req.method === 'PATCH' && req.path.includes('/deployments/payment-api') && !req.path.includes('dryRun');
/** Each incident is hit at three moments of its life, so that every moment is met, and what one crash leaves is met by the next. */
const LIVES: [title: string, points: KillPoint[]][] = [
  [
    'while the evidence is gathered, when the message is posted but not recorded, and before the change is made',
    [
      { when: 'before', matches: (req) => req.path.includes('/api/v1/query_range') },
      { when: 'after', matches: (req) => req.path.includes('chat.postMessage') },
      { when: 'before', matches: realPatch },
    ],
  ],
  [
    'when the message is edited, and after the change is made but before it is recorded',
    [
      { when: 'after', matches: (req) => req.path.includes('chat.update') },
      { when: 'after', matches: realPatch },
    ],
  ],
];

let sandbox: SandboxProcess;
let proxy: KillProxy;
let nightshift: Nightshift;
let dataDir: string;
let port: number;

beforeEach(async () => {
  dataDir = await temporaryFolder();
  port = await freePort();
  sandbox = await startSandboxProcess(`http://127.0.0.1:${port}`, 30);
  proxy = await startKillProxy(sandbox.parts.url!);
  nightshift = await start();
});

afterEach(async () => {
  await nightshift.stop();
  proxy.close();
  await sandbox.stop();
  await removeFolder(dataDir);
});

describe('kill -9', () => {
  it.each(LIVES)(
    '%s, then while the fix is verified: goes on after each restart, changes once, tells once',
    async (_title, points) => {
      const next = (point: KillPoint) => new Promise<void>((resolve) => proxy.arm(point, resolve));
      let reached = next(points[0]!);
      await send(`${sandbox.parts.url}/sandbox/faults`, 'POST', { kind: 'bad-deploy', service: 'payment-api' });
      const approved = approveWhenAsked();
      for (const [index] of points.entries()) {
        await reached;
        await nightshift.kill();
        const point = points[index + 1];
        if (point) reached = next(point);
        nightshift = await start();
      }
      await approved;
      await until('it verifies', async () => (await incidents(nightshift.url)).some(isVerifying), 90_000);
      await nightshift.kill();
      nightshift = await start();
      await healed();
      expect(await rollbacks()).toHaveLength(1);
      const shown = (await send(`${sandbox.parts.url}/sandbox/messages`, 'GET')).json as ShownMessage[];
      const first = shown.filter(
        (message) => isIncidentMessage(message) && JSON.stringify(message).includes('payment-api'),
      );
      expect(first).toHaveLength(1);
      const rung = shown.flatMap(({ metadata }) => metadata?.event_payload?.about ?? []);
      expect(new Set(rung).size).toBe(rung.length);
    },
    240_000,
  );
});

/** Presses Approve as soon as the message offers it, and again when the press fell into the crash. */
async function approveWhenAsked(): Promise<void> {
  const pressed = async () => {
    const shown = ((await send(`${sandbox.parts.url}/sandbox/messages`, 'GET')).json as ShownMessage[]).find(
      (message) => JSON.stringify(message.blocks).includes('"approve"'),
    );
    if (shown)
      await send(`${sandbox.parts.url}/sandbox/click`, 'POST', {
        ts: shown.ts,
        action_id: 'approve',
        user: 'U_ONCALL',
      });
    return (await incidents(nightshift.url)).some((one) => APPROVED.includes(one.state));
  };
  await until('an approval counts', () => pressed().catch(() => false), 90_000);
}

const isVerifying = ({ state }: ListedIncident) => state === 'verifying';
const APPROVED = ['queued', 'executing', 'verifying', 'closed'];

const healed = () =>
  until(
    'payment-api is healed',
    async () =>
      (await incidents(nightshift.url)).some((one) => one.service === 'payment-api' && one.outcome === 'healed'),
    100_000,
  ).catch(async (error: unknown) => {
    throw new Error(
      `${error}\n${JSON.stringify(await incidents(nightshift.url))}\n${nightshift.output().slice(-2_000)}`,
    );
  });

function start(): Promise<Nightshift> {
  const line = {
    ...sandbox.parts,
    kubeUrl: proxy.url,
    slackApiUrl: sandbox.parts.slackApiUrl!.replace(sandbox.parts.url!, proxy.url),
    prometheusUrl: sandbox.parts.prometheusUrl!.replace(sandbox.parts.url!, proxy.url),
  };
  return startNightshift({ PORT: String(port), NIGHTSHIFT_SANDBOX: JSON.stringify(line) }, dataDir);
}

async function rollbacks(): Promise<unknown[]> {
  const log = (await send(`${sandbox.parts.url}/sandbox/requests`, 'GET')).json as {
    method: string;
    path: string;
    query: string;
    code: number;
    userAgent: string;
  }[];
  return log.filter(
    (request) =>
      realPatch({ method: request.method, path: `${request.path}?${request.query}` }) &&
      request.code < 300 &&
      request.userAgent.startsWith('nightshift'),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return free;
}
