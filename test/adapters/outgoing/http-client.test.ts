import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer as createHttp, type Server as Http, type IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectLoki } from '../../../src/adapters/loki/logs.ts';
import { shownUrl } from '../../../src/adapters/outgoing/http-client.ts';
import { connectPrometheus } from '../../../src/adapters/prometheus/metrics.ts';
import { CERTIFICATE, KEY } from '../pagerduty/loopback-certificate.ts';

const ANSWER = JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [] } });
const asked: { headers: IncomingMessage['headers']; certificate?: unknown }[] = [];
let plain: Http;
let tls: Server;
let folder: string;
let allowed: (headers: IncomingMessage['headers']) => number = () => 200;

/** A gateway as stands before a Prometheus: who shows nothing is sent away. */
const gateway = (request: IncomingMessage): { status: number; body: string } => {
  asked.push({
    headers: request.headers,
    certificate: (request.socket as TLSSocket).getPeerCertificate?.().subject?.CN,
  });
  const status = allowed(request.headers);
  return { status, body: status === 200 ? ANSWER : '<html>log in</html>' };
};
const portOf = (server: Http | Server) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-sign-in-'));
  const handle = (request: IncomingMessage, response: import('node:http').ServerResponse) => {
    const { status, body } = gateway(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
  plain = createHttp(handle);
  tls = createServer(
    { key: KEY, cert: CERTIFICATE, ca: CERTIFICATE, requestCert: true, rejectUnauthorized: false },
    handle,
  );
  for (const server of [plain, tls]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const server of [plain, tls]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(folder, { recursive: true });
});

describe('signing in to a Prometheus', () => {
  it('shows token, tenant and headers with each request', async () => {
    const url = `http://127.0.0.1:${portOf(plain)}/prometheus`;
    await connectPrometheus({
      url,
      timeoutMs: 1_000,
      token: 't0',
      tenant: 'shop',
      headers: { 'X-Api-Key': 'k' },
    }).instant('up', 0);
    expect(asked.at(-1)?.headers).toMatchObject({
      authorization: 'Bearer t0',
      'x-scope-orgid': 'shop',
      'x-api-key': 'k',
    });
  });

  it('sends user and password of the URL as basic auth, and shows them to nobody', async () => {
    const url = `http://bot:p%40ss@127.0.0.1:${portOf(plain)}/`;
    await connectPrometheus({ url, timeoutMs: 1_000 }).instant('up', 0);
    expect(asked.at(-1)?.headers.authorization).toBe(`Basic ${Buffer.from('bot:p@ss').toString('base64')}`);
    expect(shownUrl(url)).toBe(`http://127.0.0.1:${portOf(plain)}`);
    allowed = () => 500;
    const answer = await connectPrometheus({ url, timeoutMs: 1_000 }).instant('up', 0);
    allowed = () => 200;
    expect(JSON.stringify(answer)).not.toMatch(/p%40ss|p@ss/);
  });

  it('reads a token file again when it has changed', async () => {
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'first\n');
    const metrics = connectPrometheus({ url: `http://127.0.0.1:${portOf(plain)}`, timeoutMs: 1_000, tokenFile });
    await metrics.instant('up', 0);
    expect(asked.at(-1)?.headers.authorization).toBe('Bearer first');
    await writeFile(tokenFile, 'second\n');
    await utimes(tokenFile, new Date(), new Date(Date.now() + 5_000));
    await metrics.instant('up', 0);
    expect(asked.at(-1)?.headers.authorization).toBe('Bearer second');
  });

  it('says what a 401, a 403 and a login page are: could not look, never nothing there', async () => {
    const url = `http://127.0.0.1:${portOf(plain)}`;
    const ask = async (status: number) => {
      allowed = () => status;
      const answer = await connectPrometheus({ url, timeoutMs: 1_000, token: 'x' }).instant('up', 0);
      const logs = await connectLoki({ url, timeoutMs: 1_000, token: 'x' }).lines(
        { kind: 'Deployment', namespace: 'n', name: 'a' },
        0,
        1,
        1,
      );
      allowed = () => 200;
      return [answer.ok ? null : answer.failure, logs.ok ? null : logs.failure];
    };
    expect(await ask(401)).toMatchObject([
      { kind: 'forbidden', message: expect.stringMatching(/wants a login.*PROMETHEUS_TOKEN/) },
      { kind: 'refused', message: expect.stringMatching(/wants a login.*LOKI_TOKEN/) },
    ]);
    expect(await ask(403)).toMatchObject([
      { kind: 'forbidden', message: expect.stringContaining('refuses (403)') },
      { kind: 'refused', message: expect.stringContaining('refuses (403)') },
    ]);
    expect((await ask(302))[0]).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('login page') });
  });

  it('trusts an authority of its own when told, shows a certificate, and says why it trusts no other', async () => {
    const url = `https://127.0.0.1:${portOf(tls)}`;
    const stranger = await connectPrometheus({ url, timeoutMs: 2_000 }).instant('up', 0);
    expect(stranger).toMatchObject({
      ok: false,
      failure: { kind: 'unreachable', message: expect.stringMatching(/can't be trusted.*PROMETHEUS_CA/) },
    });
    const known = await connectPrometheus({
      url,
      timeoutMs: 2_000,
      ca: CERTIFICATE,
      cert: CERTIFICATE,
      key: KEY,
    }).instant('up', 0);
    expect(known).toEqual({ ok: true, value: [] });
    expect(asked.at(-1)?.certificate).toBeTruthy();
  });
});
