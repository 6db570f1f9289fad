import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NightshiftApiError, nightshiftApi } from '../../src/backtest/nightshift-api.ts';

let server: Server;
let url: string;
const asked: string[] = [];

function answer({ url: path = '', method, headers }: IncomingMessage, response: ServerResponse): void {
  asked.push(`${method} ${path} ${headers.authorization ?? 'nobody'}`);
  if (path === '/moved') response.writeHead(308, { location: '/there' }).end();
  else if (headers.authorization !== 'Bearer t0') response.writeHead(401).end();
  else if (path === '/there') response.writeHead(200, { 'content-type': 'application/json' }).end('{"well":true}');
  else response.writeHead(path === '/none' ? 404 : 500).end('<html>');
}

beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** What is said of it, and the status. */
const failure = async (call: Promise<unknown>): Promise<[string, number | null]> => {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof NightshiftApiError)) throw error;
  return [error.message, error.status];
};

describe('a running Nightshift, asked by a verb', () => {
  it('is shown the token, where it sends on as well', async () => {
    expect(await nightshiftApi(`${url}/`, 't0').get('/there')).toEqual({ well: true });
    expect(await nightshiftApi(url, 't0').post('/moved', { user: 'U1' })).toEqual({ well: true });
    expect(asked).toEqual(['GET /there Bearer t0', 'POST /moved Bearer t0', 'POST /there Bearer t0']);
  });

  it('says in words why there is no answer', async () => {
    expect(await failure(nightshiftApi(url, null).get('/there'))).toEqual([
      `${url}: the token is missing or wrong: set NIGHTSHIFT_API_TOKEN (or NIGHTSHIFT_API_TOKEN_FILE)`,
      401,
    ]);
    expect(await failure(nightshiftApi(url, 't0').get('/none'))).toEqual([`${url}: answered 404`, 404]);
    expect(await failure(nightshiftApi(url, 't0').get('/broken'))).toEqual([`${url}: answered 500`, 500]);
  });

  it('is not asked at what is no address, and a password in one is not repeated', async () => {
    for (const wrong of ['localhost:3000', 'ftp://host', 'http://', 'http://a b'])
      expect(() => nightshiftApi(wrong, null)).toThrow('is no http address');
    const [message, status] = await failure(nightshiftApi('http://me:secret@127.0.0.1:1', null).get('/api/incidents'));
    expect([message, status]).toEqual(['http://127.0.0.1:1: ECONNREFUSED', null]);
  });
});
