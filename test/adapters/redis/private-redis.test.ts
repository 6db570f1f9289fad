import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram } from '../../../src/adapters/redis/find-program.ts';
import { startPrivateRedis } from '../../../src/adapters/redis/private-redis.ts';

const run = promisify(execFile);
const PARENT = new URL('./private-redis-parent.ts', import.meta.url).pathname;
const PATH = process.env.PATH ?? '';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-redis-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function gone(pid: number): Promise<boolean> {
  for (let turn = 0; turn < 500 && alive(pid); turn++) await sleep(10);
  return !alive(pid);
}

/** A PATH on which only the named programs are. */
async function pathWith(...names: string[]): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  for (const name of names) await symlink(findProgram(name, PATH)!, join(bin, name));
  return bin;
}

async function startedByAnother(dataDir: string, path: string) {
  const parent = spawn(process.execPath, [PARENT, dataDir, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  return { parent, ...(JSON.parse(line.toString()) as { pid: number; url: string }) };
}

describe('startPrivateRedis', () => {
  it('syncs every write, evicts nothing and listens on no port', async () => {
    const server = await startPrivateRedis({ dataDir: join(folder, 'data') });
    const redis = new Redis(server.url);
    const settings = (await redis.config('GET', 'append*', 'maxmemory-policy', 'port', 'save')) as string[];
    const asMap = Object.fromEntries(
      settings.flatMap((name, index) => (index % 2 === 0 ? [[name, settings[index + 1]]] : [])),
    );
    expect(asMap).toMatchObject({
      appendonly: 'yes',
      appendfsync: 'always',
      'maxmemory-policy': 'noeviction',
      port: '0',
      save: '',
    });
    redis.disconnect();
    await server.stop();
    await server.stop();
    expect(alive(server.pid)).toBe(false);
  });

  it('keeps what was written over a stop and over a kill -9', async () => {
    const dataDir = join(folder, 'data with "quotes" and spaces');
    const first = await startPrivateRedis({ dataDir });
    const one = new Redis(first.url);
    await one.set('kept', 'by a stop');
    one.disconnect();
    await first.stop();

    const second = await startPrivateRedis({ dataDir });
    const two = new Redis(second.url);
    two.on('error', () => {});
    expect(await two.get('kept')).toBe('by a stop');
    await two.set('kept', 'by its file');
    process.kill(second.pid, 'SIGKILL');
    expect(await gone(second.pid)).toBe(true);
    two.disconnect();

    const third = await startPrivateRedis({ dataDir });
    const three = new Redis(third.url);
    expect(await three.get('kept')).toBe('by its file');
    three.disconnect();
    await third.stop();
  });

  it('listens elsewhere when the folder is too deep for a socket, and finds it again', async () => {
    const dataDir = join(folder, 'd'.repeat(90));
    const server = await startPrivateRedis({ dataDir });
    expect(Buffer.byteLength(server.url)).toBeLessThan(108);
    await expect(startPrivateRedis({ dataDir, previousEndsMs: 50 })).rejects.toThrow('Another Nightshift is running');
    await server.stop();
    await rm(join(server.url, '..'), { recursive: true });
  });

  it('refuses a folder on which another one runs', async () => {
    const server = await startPrivateRedis({ dataDir: folder });
    await expect(startPrivateRedis({ dataDir: folder, previousEndsMs: 50 })).rejects.toThrow(
      'Another Nightshift is running',
    );
    await server.stop();
  });

  it('waits for an earlier one that is still ending', async () => {
    const first = await startPrivateRedis({ dataDir: folder });
    const starting = startPrivateRedis({ dataDir: folder });
    await sleep(30);
    await first.stop();
    const second = await starting;
    expect(second.pid).not.toBe(first.pid);
    await second.stop();
  });

  it('says how to get redis-server when there is none', async () => {
    await expect(startPrivateRedis({ dataDir: folder, path: folder })).rejects.toThrow(
      /not on this machine[\s\S]*apt-get install redis-server[\s\S]*REDIS_URL/,
    );
  });

  it("shows Redis's last words when it doesn't start", async () => {
    await writeFile(join(folder, 'redis-server'), '#!/bin/sh\necho no luck today\nexit 3\n');
    await chmod(join(folder, 'redis-server'), 0o755);
    await expect(startPrivateRedis({ dataDir: join(folder, 'data'), path: folder })).rejects.toThrow('no luck today');
  });

  it.skipIf(!findProgram('setpriv', PATH))(
    'leaves no Redis behind when its parent is killed with -9 (setpriv)',
    async () => {
      const { parent, pid } = await startedByAnother(join(folder, 'data'), PATH);
      expect(alive(pid)).toBe(true);
      parent.kill('SIGKILL');
      expect(await gone(pid)).toBe(true);
    },
  );

  it('leaves no Redis behind when its parent is killed with -9 (no setpriv)', async () => {
    const { parent, pid } = await startedByAnother(join(folder, 'data'), await pathWith('redis-server'));
    expect(alive(pid)).toBe(true);
    parent.kill('SIGKILL');
    expect(await gone(pid)).toBe(true);
  });

  it('leaves no watching shell behind after a stop (no setpriv)', async () => {
    const server = await startPrivateRedis({ dataDir: join(folder, 'data'), path: await pathWith('redis-server') });
    const children = async () => (await run('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)])).stdout;
    expect(await children()).toContain('cat >/dev/null');
    await server.stop();
    for (let turn = 0; turn < 200 && (await children()).includes('cat >/dev/null'); turn++) await sleep(10);
    expect(await children()).not.toContain('cat >/dev/null');
  });

  it("isn't ended by Ctrl-C, which is the app's to handle", async () => {
    const server = await startPrivateRedis({ dataDir: folder });
    const group = Number((await run('ps', ['-o', 'pgid=', '-p', String(server.pid)])).stdout);
    const ours = Number((await run('ps', ['-o', 'pgid=', '-p', String(process.pid)])).stdout);
    expect(group).not.toBe(ours);
    await server.stop();
  });
});
