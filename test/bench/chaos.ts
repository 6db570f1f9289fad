import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PrivateRedis, startPrivateRedis } from '../../src/adapters/redis/private-redis.ts';
import { prng } from '../../src/analysis/prng.ts';
import {
  incidents,
  messages,
  type Nightshift,
  removeFolder,
  send,
  startNightshift,
  temporaryFolder,
  until,
} from '../e2e/nightshift-process.ts';
import { startSandboxProcess } from '../e2e/sandbox-process.ts';
import { openFrontDoor } from './chaos/front-door.ts';
import { isSettled, judge, type Kept } from './chaos/judge.ts';

/**
 * Two replicas on one Redis heal fault after fault while one of the three is killed (kill -9) every few seconds and started again. Then, against what the API server, the channel and the sender of
 * alerts saw: was an alert lost, was anything done twice, is anything stuck? The sandbox runs on in a process of its own.
 */

const SPEED = 30;
const REPLICAS = 2;
const FAULTS: [kind: string, service: string][] = [
  ['bad-deploy', 'payment-api'],
  ['dependency-down', 'catalog-db'],
  ['image-pull', 'cart-api'],
  ['bad-deploy', 'auth-api'],
  ['bad-config', 'checkout-api'],
];
/** Real time: between two kills, for one fault at most, and at the end. */
const KILL_EVERY_MS = { least: 4_000, most: 12_000 };
const FAULT_MS = 40_000;
const QUIET_MS = 60_000;
const ALERT_EVERY_MS = 1_000;
/** One kill in so many is Redis's. */
const REDIS_ONE_IN = 5;

export async function run(): Promise<Record<string, unknown>> {
  const dataDir = await temporaryFolder();
  const random = prng(Number(process.env.NIGHTSHIFT_CHAOS_SEED ?? 42));
  let redis: PrivateRedis = await startPrivateRedis({ dataDir: join(dataDir, 'redis') });
  const replicas: (Nightshift | null)[] = Array.from({ length: REPLICAS }, () => null);
  const door = await openFrontDoor(() => replicas.flatMap((one) => one?.url ?? []));
  const sandbox = await startSandboxProcess(door.url, SPEED);
  const start = async (index: number) => {
    replicas[index] = await startNightshift(
      { NIGHTSHIFT_SANDBOX: sandbox.line, REDIS_URL: redis.url, NIGHTSHIFT_API_TOKEN: '' },
      join(dataDir, `replica-${index}`),
    );
  };
  const ending = new AbortController();
  /** Name → the service that it is about. */
  const taken = new Map<string, string>();
  let kills = 0;
  let sent = 0;
  let uncured = 0;
  let broken = FAULTS[0]![1];
  const others: Promise<void>[] = [];
  try {
    for (let index = 0; index < REPLICAS; index++) await start(index);
    const again = (every: () => number, what: () => Promise<void>) => others.push(repeat(every, what, ending.signal));
    again(
      () => KILL_EVERY_MS.least + random() * (KILL_EVERY_MS.most - KILL_EVERY_MS.least),
      async () => {
        kills += 1;
        if (random() < 1 / REDIS_ONE_IN) {
          process.kill(redis.pid, 'SIGKILL');
          await redis.stop();
          redis = await startPrivateRedis({ dataDir: join(dataDir, 'redis') });
          return;
        }
        const index = Math.floor(random() * REPLICAS);
        const victim = replicas[index];
        replicas[index] = null;
        await victim?.kill();
        await start(index);
      },
    );
    again(
      () => 300,
      () => pressApprove(door.url, sandbox.parts.url!),
    );
    again(
      () => ALERT_EVERY_MS,
      async () => {
        sent += 1;
        const name = `Probe${sent}`;
        const about = broken;
        const at = await sandboxNow(sandbox.parts.url!);
        if (await alert(door.url, name, about, 'firing', at)) taken.set(name, about);
      },
    );
    for (const [kind, service] of FAULTS) {
      broken = service;
      await send(`${sandbox.parts.url}/sandbox/faults`, 'POST', { kind, service });
      const cured = async () => (await activeFaults(sandbox.parts.url!)) === 0;
      const isCured = await until(kind, cured, FAULT_MS).then(
        () => true,
        () => false,
      );
      console.log(
        `${kind.padEnd(16)} ${service.padEnd(16)} ${isCured ? 'cured' : 'not cured in time'}; ${kills} kills so far`,
      );
      if (isCured) continue;
      uncured += 1;
      for (const one of await kept(door.url).catch(() => []))
        if (one.service === service)
          console.log(
            `  ${one.id} ${one.state}: ${one.stateDetail.why ?? one.timeline.findLast(({ type }) => type !== 'alerts')?.words ?? 'no words'}`,
          );
      await endFaults(sandbox.parts.url!);
    }
    ending.abort();
    await Promise.all(others);
    for (const [name, about] of taken) await resolvedSurely(door.url, sandbox.parts.url!, name, about);
    await until('all is quiet', async () => (await unsettled(door.url)) === 0, QUIET_MS).catch(() => {});
    const seen = {
      incidents: await kept(door.url),
      taken: [...taken.keys()],
      changes: await changes(sandbox.parts.url!),
      messages: await messages(sandbox.parts.url!),
    };
    const judged = judge(seen);
    for (const [what, list] of Object.entries(judged)) for (const words of list) console.log(`${what}: ${words}`);
    const executions = seen.incidents.flatMap((one) => one.executions).length;
    return {
      incidents: seen.incidents.length,
      healed: (await incidents(door.url)).filter(({ outcome }) => outcome === 'healed').length,
      executions,
      changes: seen.changes.length,
      alerts_taken: taken.size,
      alerts_refused: sent - taken.size,
      kills,
      lost: judged.lost.length,
      doubled: judged.doubled.length,
      stuck: judged.stuck.length,
      untrue: judged.untrue.length,
      uncured,
    };
  } finally {
    ending.abort();
    await Promise.allSettled(others);
    await Promise.all(replicas.map((one) => one?.stop()));
    await sandbox.stop();
    door.close();
    await redis.stop();
    await removeFolder(dataDir);
  }
}

async function repeat(every: () => number, what: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(every(), undefined, { signal }).catch(() => {});
    if (!signal.aborted) await what().catch((error: unknown) => passing(error));
  }
}

/** Whoever was just killed answers nobody. */
function passing(error: unknown): void {
  if (!(error instanceof TypeError) && !(error instanceof SyntaxError)) console.error(String(error));
}

/** True when it was answered with 2xx. Each name is sent once, and never again when the answer is lost. */
async function alert(
  url: string,
  name: string,
  service: string,
  status: 'firing' | 'resolved',
  now: number,
): Promise<boolean> {
  const at = new Date(now).toISOString();
  const labels = { alertname: name, namespace: 'shop', service, severity: 'warning' };
  const one = {
    status,
    labels,
    annotations: {},
    startsAt: at,
    endsAt: status === 'resolved' ? at : '0001-01-01T00:00:00Z',
    generatorURL: '',
    fingerprint: name,
  };
  const answer = await send(`${url}/webhooks/alertmanager`, 'POST', {
    version: '4',
    groupKey: name,
    truncatedAlerts: 0,
    status,
    receiver: 'nightshift',
    groupLabels: {},
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: '',
    alerts: [one],
  });
  return answer.status >= 200 && answer.status < 300;
}

const resolvedSurely = (url: string, sandboxUrl: string, name: string, service: string): Promise<void> =>
  until(`${name} is resolved`, async () =>
    alert(url, name, service, 'resolved', await sandboxNow(sandboxUrl)).catch(() => false),
  );

/** Epoch ms by the sandbox's clock, which runs faster: an alert in real time would be older than the rollout that it is about, and rightly not blamed on it. */
async function sandboxNow(url: string): Promise<number> {
  return ((await send(`${url}/sandbox/clock`, 'GET')).json as { now: number }).now;
}

async function pressApprove(appUrl: string, sandboxUrl: string): Promise<void> {
  const waiting = (await incidents(appUrl)).filter(({ state }) => state === 'awaiting_approval');
  if (waiting.length === 0) return;
  for (const message of await messages(sandboxUrl))
    if (JSON.stringify(message.blocks).includes('"approve"'))
      await send(`${sandboxUrl}/sandbox/click`, 'POST', { ts: message.ts, action_id: 'approve', user: 'U_ONCALL' });
}

async function activeFaults(url: string): Promise<number> {
  return ((await send(`${url}/sandbox/faults`, 'GET')).json as { active: unknown[] }).active.length;
}

async function endFaults(url: string): Promise<void> {
  const { active } = (await send(`${url}/sandbox/faults`, 'GET')).json as { active: { id: string }[] };
  for (const { id } of active) await send(`${url}/sandbox/faults/${id}`, 'DELETE');
}

const unsettled = async (url: string): Promise<number> => (await kept(url)).filter((one) => !isSettled(one)).length;

async function kept(url: string): Promise<Kept[]> {
  const all = await incidents(url);
  return Promise.all(all.map(async ({ id }) => (await send(`${url}/api/incidents/${id}`, 'GET')).json as Kept));
}

async function changes(url: string): Promise<{ method: string; path: string; query: string }[]> {
  const log = (await send(`${url}/sandbox/requests`, 'GET')).json as {
    method: string;
    path: string;
    query: string;
    code: number;
    userAgent: string;
  }[];
  return log.filter(
    ({ method, path, query, code, userAgent }) =>
      (method === 'PATCH' || (method === 'POST' && path.endsWith('/eviction'))) &&
      code < 300 &&
      !query.includes('dryRun') &&
      userAgent.startsWith('nightshift'),
  );
}
