import { setTimeout as sleep } from 'node:timers/promises';
import { prng } from '../../src/analysis/prng.ts';
import { startKillProxy } from '../e2e/kill-proxy.ts';
import { messages, removeFolder, temporaryFolder, until } from '../e2e/nightshift-process.ts';
import { startSandboxProcess } from '../e2e/sandbox-process.ts';
import { openFrontDoor } from './chaos/front-door.ts';
import { isSettled, judge } from './chaos/judge.ts';
import { createProbes } from './chaos/probes.ts';
import { type Replicas, startReplicas } from './chaos/replicas.ts';
import {
  changes,
  endFaults,
  hasFaults,
  isChange,
  kept,
  pressApprove,
  type SeenIds,
  sandboxNow,
  seeIds,
  startFault,
} from './chaos/surroundings.ts';

/**
 * Three replicas on one Redis heal fault after fault, and take alert after alert about services that pass by, while one of the four is killed (kill -9) every few seconds and started again, and all replicas at the
 * very moment of the first change of each fault's healing. Then, against what the API server, the channel and the sender of alerts saw: was an alert lost, was anything done twice, is anything stuck? The sandbox runs
 * on in a process of its own. NIGHTSHIFT_CHAOS_KILLS and NIGHTSHIFT_CHAOS_INCIDENTS make it smaller: it ends when there were as many of both, or after an hour.
 */

const SPEED = 30;
const numberOf = (name: string, otherwise: number): number =>
  Number(process.env[`NIGHTSHIFT_CHAOS_${name}`] ?? otherwise);
const REPLICAS = numberOf('REPLICAS', 3);
const KILLS = numberOf('KILLS', 1_000);
const INCIDENTS = numberOf('INCIDENTS', KILLS);
const LONGEST_MS = 58 * 60_000;
const FAULTS: [kind: string, service: string][] = [
  ['bad-deploy', 'payment-api'],
  ['dependency-down', 'catalog-db'],
  ['image-pull', 'cart-api'],
  ['bad-deploy', 'auth-api'],
  ['bad-config', 'checkout-api'],
  ['bad-deploy', 'catalog-api'],
  ['image-pull', 'storefront'],
  ['bad-config', 'cart-api'],
];
/** Real time: between two kills, for one fault at most, and at the end. */
const KILL_EVERY_MS = { least: 2_000, most: 4_500 };
const FAULT_MS = 40_000;
const QUIET_MS = 120_000;
const ALERT_EVERY_MS = 1_000;
/** A service that nobody knows, whose trouble is over before anybody could do anything. */
const PASSING = { everyMs: 2_500, forMs: 4_000 };
const LOOK_EVERY_MS = 5_000;
const APPROVE_EVERY_MS = 300;
/** One kill in so many is Redis's. */
const REDIS_ONE_IN = 5;

export const about = 'kill -9 of three replicas again and again: lost, doubled, stuck, untrue';

export async function run(): Promise<Record<string, unknown>> {
  const dataDir = await temporaryFolder();
  const random = prng(Number(process.env.NIGHTSHIFT_CHAOS_SEED ?? 42));
  let replicas: Replicas | undefined;
  const door = await openFrontDoor(() => replicas?.urls() ?? []);
  const sandbox = await startSandboxProcess(door.url, SPEED);
  const sandboxUrl = sandbox.parts.url!;
  const proxy = await startKillProxy(sandboxUrl);
  const line = JSON.stringify({ ...sandbox.parts, kubeUrl: proxy.url });
  const probes = createProbes(door.url, () => sandboxNow(sandboxUrl));
  const seenIds = seeIds(door.url);
  const began = performance.now();
  let passing = 0;
  const ending = new AbortController();
  const others: Promise<void>[] = [];
  const again = (every: () => number, what: () => Promise<void>) => others.push(repeat(every, what, ending.signal));
  const kills = { at_random: 0, in_a_change: 0 };
  let broken = FAULTS[0]![1];
  let uncured = 0;
  try {
    replicas = await startReplicas(REPLICAS, dataDir, () => line);
    const { killOne, killAll, killRedis } = replicas;
    again(
      () => KILL_EVERY_MS.least + random() * (KILL_EVERY_MS.most - KILL_EVERY_MS.least),
      () => {
        kills.at_random += 1;
        return random() < 1 / REDIS_ONE_IN ? killRedis() : killOne(Math.floor(random() * REPLICAS));
      },
    );
    again(
      () => APPROVE_EVERY_MS,
      () => pressApprove(door.url, sandboxUrl),
    );
    again(
      () => ALERT_EVERY_MS,
      () => probes.send(broken),
    );
    again(
      () => PASSING.everyMs,
      async () => {
        passing += 1;
        others.push(probes.passBy(`passing-${passing}-api`, PASSING.forMs).catch(refused));
      },
    );
    again(() => LOOK_EVERY_MS, seenIds.look);
    const isEnough = () => kills.at_random >= KILLS && seenIds.ids.size >= INCIDENTS;
    for (let index = 0; !isEnough() && performance.now() - began < LONGEST_MS; index += 1) {
      const [kind, service] = FAULTS[index % FAULTS.length]!;
      broken = service;
      // Made and never answered, or never made: the app can't know which.
      proxy.arm({ when: index % 2 === 0 ? 'after' : 'before', matches: isRealChange }, () => {
        kills.in_a_change += 1;
        others.push(killAll().catch(refused));
      });
      await startFault(sandboxUrl, kind, service);
      const cured = until(kind, async () => !(await hasFaults(sandboxUrl)), FAULT_MS);
      const isCured = await cured.then(
        () => true,
        () => false,
      );
      const figures = `${kills.at_random} kills so far, ${kills.in_a_change} in a change, ${seenIds.ids.size} incidents`;
      console.log(`${kind.padEnd(16)} ${service.padEnd(16)} ${isCured ? 'cured' : 'not cured in time'}; ${figures}`);
      if (isCured) continue;
      uncured += 1;
      await tellWhy(door.url, seenIds, service);
      await endFaults(sandboxUrl);
    }
    ending.abort();
    await Promise.all(others);
    await probes.resolveAll();
    const isQuiet = async () => (await kept(door.url, seenIds)).every(isSettled);
    await until('all is quiet', isQuiet, QUIET_MS).catch(() => {});
    const seen = {
      incidents: await kept(door.url, seenIds),
      taken: [...probes.taken.keys()],
      changes: await changes(sandboxUrl),
      messages: await messages(sandboxUrl),
    };
    const judged = judge(seen);
    for (const [what, list] of Object.entries(judged)) for (const message of list) console.log(`${what}: ${message}`);
    return {
      incidents: seen.incidents.length,
      healed: seen.incidents.filter(({ outcome }) => outcome === 'healed').length,
      executions: seen.incidents.flatMap((one) => one.executions).length,
      changes: seen.changes.length,
      alerts_taken: probes.taken.size,
      alerts_refused: probes.sent() - probes.taken.size,
      kills: kills.at_random,
      kills_in_a_change: kills.in_a_change,
      lost: judged.lost.length,
      doubled: judged.doubled.length,
      stuck: judged.stuck.length,
      untrue: judged.untrue.length,
      uncured,
      replicas: REPLICAS,
      minutes: Math.round((performance.now() - began) / 6_000) / 10,
    };
  } finally {
    ending.abort();
    await Promise.allSettled(others);
    await replicas?.stop();
    proxy.close();
    await sandbox.stop();
    door.close();
    await removeFolder(dataDir);
  }
}

function isRealChange({ method, path }: { method: string; path: string }): boolean {
  const { pathname, search } = new URL(path, 'http://sandbox');
  return isChange({ method, path: pathname, query: search });
}

async function repeat(every: () => number, what: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(every(), undefined, { signal }).catch(() => {});
    if (!signal.aborted) await what().catch(refused);
  }
}

/** Whoever was just killed answers nobody. */
function refused(error: unknown): void {
  if (!(error instanceof TypeError) && !(error instanceof SyntaxError)) console.error(String(error));
}

async function tellWhy(appUrl: string, seen: SeenIds, service: string): Promise<void> {
  for (const one of await kept(appUrl, seen).catch(() => [])) {
    if (one.service !== service || one.state === 'closed') continue;
    const last = one.timeline.findLast(({ type }) => type !== 'alerts')?.message ?? 'no words';
    console.log(`  ${one.id} ${one.state}: ${one.stateDetail.why ?? last}`);
  }
}
