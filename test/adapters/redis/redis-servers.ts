import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { socketSays } from '../../../src/adapters/redis/socket-answers.ts';

/** Redis servers and Sentinels of the machine, each on a port of loopback, in a folder that goes with them. */
export type RedisServers = {
  folder: string;
  /** Lines of redis.conf, by `$PORT` where its own port goes. `sentinel`: as a Sentinel. Resolves when it answers. */
  start(conf: (port: number) => string[], sentinel?: 'sentinel'): Promise<{ port: number; kill(): Promise<void> }>;
  end(): Promise<void>;
};

export function redisServers(): RedisServers {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-redis-'));
  const children: ChildProcess[] = [];
  const kill = async (child: ChildProcess) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return {
    folder,
    async start(conf, sentinel) {
      const port = await freePort();
      const socket = join(folder, `${port}.sock`);
      const dir = join(folder, String(port));
      mkdirSync(dir);
      const file = join(dir, 'redis.conf');
      const lines = ['save ""', `dir ${dir}`, `unixsocket ${socket}`, ...conf(port)];
      writeFileSync(file, lines.filter((line) => !(sentinel && line.startsWith('save'))).join('\n'));
      const child = spawn('redis-server', [file, ...(sentinel ? ['--sentinel'] : [])], { stdio: 'ignore' });
      children.push(child);
      while (!/PONG|NOAUTH/.test(await socketSays(socket, 'PING\r\n')))
        if (child.exitCode !== null) throw new Error(`redis-server ended: ${lines.join('; ')}`);
      return { port, kill: () => kill(child) };
    },
    async end() {
      await Promise.all(children.map(kill));
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** An authority, and a server's and a client's certificate that it signed, as files in `folder`. */
export function certificates(folder: string): Record<'ca' | 'server' | 'client', string> {
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  run('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=test authority');
  writeFileSync(join(folder, 'san'), 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  for (const name of ['server', 'client']) {
    run('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    run(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'],
      ...['-extfile', 'san', '-out', `${name}.crt`],
    );
  }
  return { ca: join(folder, 'ca'), server: join(folder, 'server'), client: join(folder, 'client') };
}
