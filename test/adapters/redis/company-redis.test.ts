import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEffectQueue } from '../../../src/adapters/bullmq/jobs.ts';
import { startWorker } from '../../../src/adapters/bullmq/worker.ts';
import type { RedisAddress } from '../../../src/adapters/outgoing/redis-connection.ts';
import { connectRedis } from '../../../src/adapters/redis/connect-redis.ts';
import { findProgram } from '../../../src/adapters/redis/find-program.ts';
import { createIncidentStore, keyPrefix } from '../../../src/adapters/redis/incident-store.ts';
import { COMMANDS_USED } from '../../../src/adapters/redis/redis-rights.ts';
import { readEnvironment } from '../../../src/app/config.ts';
import { redisAddress } from '../../../src/app/redis-address.ts';
import { examineRedis, refusedRedis } from '../../../src/checks/redis.ts';
import { REAL_LINE } from '../../../src/domain/clock.ts';
import type { DueEffect } from '../../../src/ports/store.ts';
import { certificates, type RedisServers, redisServers } from './redis-servers.ts';
import { anIncident, saving } from './store-fixture.ts';

const hasOpenssl = findProgram('openssl', process.env.PATH ?? '') !== null;
let servers: RedisServers;
beforeAll(() => {
  servers = redisServers();
});
afterAll(() => servers.end());

const SAFE = ['appendonly yes', 'appendfsync always', 'maxmemory-policy noeviction'];
const plain = (port: number) => [`port ${port}`, 'bind 127.0.0.1', ...SAFE];
const clock = { now: () => Date.now(), realDelay: (ms: number) => ms, line: () => REAL_LINE };

function envOf(values: Record<string, string>) {
  const read = readEnvironment(values);
  if (!read.ok) throw new Error(read.errors.join('; '));
  return read.env;
}
const refusal = (values: Record<string, string>) => refusedRedis(envOf(values), 'test');

/** An incident saved and read, and its work done by a worker that the queue woke. */
async function worksOn(url: RedisAddress): Promise<string[]> {
  const errors: string[] = [];
  const onError = (error: Error) => void errors.push(error.message);
  const redis = await connectRedis({ url, name: 'test', batched: true, onError });
  const prefix = keyPrefix('test');
  const store = createIncidentStore({ redis, cluster: 'test', clock });
  const queue = await createEffectQueue({ url, prefix, clock, onError });
  let done: (due: DueEffect) => void = () => {};
  const worked = new Promise<DueEffect>((resolve) => {
    done = resolve;
  });
  const worker = startWorker({ url, prefix, clock, concurrency: 2, handle: async (due) => done(due), onError });
  const id = await store.newId();
  await store.save(saving(null, anIncident(id), { effects: [{ kind: 'notify', dueAt: 1 }] }));
  await queue.wake(await store.listDue(Date.now(), 5));
  expect((await worked).incidentId ?? id).toBe(id);
  await store.pause('U1', 'why', Date.now(), null);
  expect((await store.listOpen(5)).map((one) => one.id)).toContain(id);
  await worker.stop(1_000);
  await queue.close();
  redis.disconnect();
  return errors;
}

describe('a Redis that a company runs', () => {
  it.runIf(hasOpenssl)(
    'is reached by TLS with its own authority and a client certificate, and not without',
    async () => {
      const pem = certificates(servers.folder);
      const { port } = await servers.start((port) => [
        'port 0',
        ...[`tls-port ${port}`, 'bind 127.0.0.1', 'tls-auth-clients yes', `tls-ca-cert-file ${pem.ca}.crt`],
        ...[`tls-cert-file ${pem.server}.crt`, `tls-key-file ${pem.server}.key`, ...SAFE],
      ]);
      const REDIS_URL = `rediss://127.0.0.1:${port}`;
      const own = { REDIS_URL, REDIS_CA_FILE: `${pem.ca}.crt` };
      const all = { ...own, REDIS_CERT_FILE: `${pem.client}.crt`, REDIS_KEY_FILE: `${pem.client}.key` };
      expect(await refusal(all)).toBeNull();
      expect(await worksOn(redisAddress(envOf(all))!)).toEqual([]);
      expect(await refusal({ REDIS_URL })).toMatch(/certificate/i);
      expect(await refusal(own)).toContain('REDIS_CERT');
    },
  );

  it('is refused by name when it is a Cluster, a Sentinel or a replica', async () => {
    const cluster = await servers.start((port) => [
      ...plain(port),
      'cluster-enabled yes',
      `cluster-config-file n${port}`,
    ]);
    expect(await refusal({ REDIS_URL: `redis://127.0.0.1:${cluster.port}` })).toContain('Redis Cluster');
    const primary = await servers.start(plain);
    const replica = await servers.start((port) => [...plain(port), `replicaof 127.0.0.1 ${primary.port}`]);
    expect(await refusal({ REDIS_URL: `redis://127.0.0.1:${replica.port}` })).toContain('it is a replica');
    const sentinel = await servers.start((port) => [`port ${port}`], 'sentinel');
    expect(await refusal({ REDIS_URL: `redis://127.0.0.1:${sentinel.port}` })).toContain('REDIS_SENTINELS');
    const checks = await examineRedis(envOf({ REDIS_URL: `redis://127.0.0.1:${replica.port}` }), 'test');
    expect(checks).toEqual([expect.objectContaining({ ok: false, title: 'Redis can be used' })]);
  });

  it('serves a user with just the commands and keys that are needed, and what such a user lacks is named', async () => {
    const keys = '~{nightshift:test}* ~nightshift-models:test* ~nightshift-otlp:test* ~nightshift-configs:test*';
    const may = COMMANDS_USED.map((name) => `+${name}`).join(' ');
    const rest = '+ping +discard +select +client';
    const { port } = await servers.start((port) => [
      ...plain(port),
      `user enough on >pw ${keys} ${may} ${rest}`,
      `user less on >pw ~{nightshift:test}* ${may} ${rest} -zadd -bzpopmin`,
      `user looks on >pw ~* +ping +info +select`,
    ]);
    const as = (user: string) => ({ REDIS_URL: `redis://${user}:pw@127.0.0.1:${port}` });
    expect(await refusal(as('enough'))).toBeNull();
    expect(await worksOn(redisAddress(envOf(as('enough')))!)).toEqual([]);
    const less = await refusal(as('less'));
    for (const part of ['+zadd', '+bzpopmin', '~nightshift-models:test*']) expect(less).toContain(part);
    expect(less).not.toContain('+zrem ');
    expect(await refusal(as('looks'))).toContain('+multi');
    expect(await refusal({ REDIS_URL: `redis://enough:wrong@127.0.0.1:${port}` })).toContain('WRONGPASS');
  });

  it('is found by its Sentinels, again after they have switched to the replica', async () => {
    const primary = await servers.start(plain);
    const replica = await servers.start((port) => [...plain(port), `replicaof 127.0.0.1 ${primary.port}`]);
    // A Sentinel asks a primary for its replicas at once, and then every ten seconds.
    const looker = await connectRedis({ url: `redis://127.0.0.1:${primary.port}`, name: 't', onError: () => {} });
    await expect.poll(() => looker.info('replication')).toContain('connected_slaves:1');
    looker.disconnect();
    const watch = `sentinel monitor mymaster 127.0.0.1 ${primary.port} 1`;
    const quick = ['sentinel down-after-milliseconds mymaster 200', 'sentinel failover-timeout mymaster 1000'];
    const sentinel = await servers.start((port) => [`port ${port}`, watch, ...quick], 'sentinel');
    const address = redisAddress(
      envOf({ REDIS_URL: 'redis://mymaster', REDIS_SENTINELS: `127.0.0.1:1, 127.0.0.1:${sentinel.port}` }),
    )!;
    expect(await worksOn(address)).toEqual([]);
    const redis = await connectRedis({ url: address, name: 'test', onError: () => {} });
    const store = createIncidentStore({ redis, cluster: 'test', clock });
    const admin = await connectRedis({ url: `redis://127.0.0.1:${sentinel.port}`, name: 't', onError: () => {} });
    await expect
      .poll(async () => JSON.stringify(await admin.call('SENTINEL', 'REPLICAS', 'mymaster')), { timeout: 15_000 })
      .toContain(`"${replica.port}"`);
    admin.disconnect();
    await primary.kill();
    await expect
      .poll(
        () =>
          store.pause('U1', 'after the switch', 1, null).then(
            ({ paused }) => paused,
            () => false,
          ),
        {
          timeout: 15_000,
        },
      )
      .toBe(true);
    expect((await redis.info('replication')).match(/role:(\w+)/)?.[1]).toBe('master');
    redis.disconnect();
  }, 30_000);

  it('whose Sentinels are all away is said to be away within seconds', async () => {
    const said = await refusal({ REDIS_URL: 'redis://mymaster', REDIS_SENTINELS: '127.0.0.1:1' });
    expect(said).toContain('All sentinels are unreachable');
  }, 15_000);
});

describe('the commands that are tried', () => {
  const inText = (text: string, call: RegExp) => [...text.matchAll(call)].map(([, name]) => name!.toLowerCase());
  it('are those of all of our scripts, and of those of the queue that we use', () => {
    const ours = join(import.meta.dirname, '../../../src/adapters');
    const texts = readdirSync(ours, { recursive: true, encoding: 'utf8' })
      .filter((name) => /^(redis|bullmq)\/.*\.(ts|lua)$/.test(name))
      .map((name) => readFileSync(join(ours, name), 'utf8'));
    const used = new Set(texts.flatMap((text) => inText(text, /redis\.p?call\('([A-Z]+)'/gi)));
    const scripts = join(dirname(createRequire(import.meta.url).resolve('bullmq')), 'scripts');
    const queue =
      /^(addStandardJob|addDelayedJob|moveToActive|moveToFinished|moveToDelayed|moveStalledJobs|extendLock|getCounts)/;
    for (const name of readdirSync(scripts).filter((one) => queue.test(one)))
      for (const command of inText(readFileSync(join(scripts, name), 'utf8'), /rcall\(["']([A-Z]+)["']/gi))
        used.add(command);
    expect(used.size).toBeGreaterThan(50);
    expect([...used].filter((name) => !COMMANDS_USED.includes(name))).toEqual([]);
  });
});
