import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { connectCluster } from '../../../src/adapters/kubernetes/cluster.ts';
import { readKubeconfig } from '../../../src/adapters/kubernetes/kubeconfig.ts';
import { CERTIFICATE, KEY } from '../pagerduty/loopback-certificate.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

type Seen = { url: string; authorization: string | undefined; certificate: string | undefined; agent: string };
const seen: Seen[] = [];
let server: Server;
let url: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-kubeconfig-'));
  // As a real API server: a certificate is asked for, and nobody is turned away for having none.
  const tls = { key: KEY, cert: CERTIFICATE, ca: CERTIFICATE, requestCert: true, rejectUnauthorized: false };
  server = createServer(tls, (request, response) => {
    const peer = (request.socket as TLSSocket).getPeerCertificate();
    seen.push({
      url: request.url ?? '',
      authorization: request.headers.authorization,
      certificate: peer.subject?.CN as string | undefined,
      agent: request.headers['user-agent'] ?? '',
    });
    response.setHeader('content-type', 'application/json').end('{"kind":"NodeList","metadata":{},"items":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  seen.length = 0;
});

type Parts = { user?: Record<string, unknown>; cluster?: Record<string, unknown>; context?: string | null };

async function kubeconfig(name: string, { user = {}, cluster = {}, context = 'prod' }: Parts): Promise<string> {
  const path = join(folder, name);
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    ...(context === null ? {} : { 'current-context': context }),
    clusters: [
      { name: 'prod', cluster: { server: url, 'certificate-authority-data': base64(CERTIFICATE), ...cluster } },
    ],
    users: [{ name: 'bot', user }],
    contexts: [{ name: 'prod', context: { cluster: 'prod', user: 'bot' } }],
  };
  await writeFile(path, stringify(content));
  return path;
}

async function nodesThrough(path: string): Promise<unknown> {
  const server = await readKubeconfig(path);
  return connectCluster({ name: 'prod', server, timeoutMs: 5_000, userAgent: 'nightshift/test' }).nodes();
}

describe('a kubeconfig', () => {
  it('signs in with its token, over TLS that its own authority vouches for', async () => {
    expect(await nodesThrough(await kubeconfig('token', { user: { token: 'secret-token' } }))).toEqual({
      ok: true,
      value: [],
    });
    expect(seen).toEqual([expect.objectContaining({ authorization: 'Bearer secret-token', agent: 'nightshift/test' })]);
  });

  it('signs in with a client certificate', async () => {
    const user = { 'client-certificate-data': base64(CERTIFICATE), 'client-key-data': base64(KEY) };
    expect(await nodesThrough(await kubeconfig('certificate', { user }))).toMatchObject({ ok: true });
    expect(seen).toEqual([expect.objectContaining({ certificate: '127.0.0.1', authorization: undefined })]);
  });

  it('signs in with what an exec plugin answers', async () => {
    const plugin = join(folder, 'plugin.sh');
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'fresh' },
    };
    await writeFile(plugin, `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`);
    await chmod(plugin, 0o700);
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: plugin,
      args: [],
      interactiveMode: 'Never',
    };
    expect(await nodesThrough(await kubeconfig('exec', { user: { exec } }))).toMatchObject({ ok: true });
    expect(seen).toEqual([expect.objectContaining({ authorization: 'Bearer fresh' })]);
  });

  it('keeps its connections for many calls, each signed in', async () => {
    let connections = 0;
    const count = () => {
      connections += 1;
    };
    server.on('secureConnection', count);
    const path = await kubeconfig('many', { user: { token: 'secret-token' } });
    const cluster = connectCluster({
      name: 'prod',
      server: await readKubeconfig(path),
      timeoutMs: 5_000,
      userAgent: 'test',
    });
    for (let i = 0; i < 20; i++) expect(await cluster.nodes()).toMatchObject({ ok: true });
    server.off('secureConnection', count);
    expect(connections).toBeLessThan(4);
    expect(seen.map(({ authorization }) => authorization)).toEqual(Array(20).fill('Bearer secret-token'));
  });

  it('keeps the path of a server behind a proxy', async () => {
    await nodesThrough(await kubeconfig('path', { cluster: { server: `${url}/k8s/clusters/c-1/` } }));
    expect(seen.map((one) => one.url)).toEqual(['/k8s/clusters/c-1/api/v1/nodes?limit=500']);
  });

  it('is several files, of which the first says the context', async () => {
    const first = await kubeconfig('first', { user: { token: 'of-the-first' } });
    const other = join(folder, 'other');
    await writeFile(other, stringify({ apiVersion: 'v1', kind: 'Config', clusters: [], users: [], contexts: [] }));
    expect(await nodesThrough(`${first}:${other}`)).toMatchObject({ ok: true });
    expect(seen).toEqual([expect.objectContaining({ authorization: 'Bearer of-the-first' })]);
  });

  it('of a server that another authority vouches for is not trusted', async () => {
    const path = await kubeconfig('stranger', { cluster: { 'certificate-authority-data': undefined } });
    expect(await nodesThrough(path)).toMatchObject({
      ok: false,
      failure: { kind: 'unreachable', message: expect.stringContaining('certificate') },
    });
    expect(seen).toEqual([]);
  });

  it('that is not there, or says no context, stops the start with its name', async () => {
    await expect(readKubeconfig(join(folder, 'missing'))).rejects.toThrow('missing');
    const path = await kubeconfig('no-context', { context: null });
    await expect(readKubeconfig(path)).rejects.toThrow(`The kubeconfig ${path} has no current context with a server`);
  });
});
