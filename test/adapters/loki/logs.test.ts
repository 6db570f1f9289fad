import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectLoki } from '../../../src/adapters/loki/logs.ts';
import { type LokiServer, startLoki } from './loki-server.ts';

const T0 = Date.parse('2026-03-02T03:00:00Z');
const workload = { kind: 'Deployment' as const, namespace: 'shop', name: 'payment-api' };
let loki: LokiServer;
const connect = (rest: { token?: string; tenant?: string; timeoutMs?: number } = {}) =>
  connectLoki({ url: loki.url, timeoutMs: 2_000, ...rest });
const stream = (labels: Record<string, string>, ...lines: string[]) =>
  loki.streams.push({ labels, entries: lines.map((line, i) => ({ at: T0 + i * 1_000, line })) });

beforeEach(async () => {
  loki = await startLoki();
});
afterEach(() => loki.stop());

describe('lines from Loki', () => {
  it("are those of the workload's pods, oldest first over all streams, with who wrote them and how bad they are", async () => {
    stream({ namespace: 'shop', pod: 'payment-api-7d9f8c6b5-x2x2x' }, 'ready', 'level=error msg="no route"');
    stream({ namespace: 'shop', pod: 'payment-api-7d9f8c6b5-b4b4b', level: 'warn' }, 'slow ERROR: in words only');
    stream({ namespace: 'shop', pod: 'payment-api-worker-zzzzz' }, "another's");
    stream({ namespace: 'other', pod: 'payment-api-7d9f8c6b5-x2x2x' }, 'elsewhere');
    const answer = await connect().lines(workload, T0, T0 + 60_000, 100);
    expect(answer).toEqual({
      ok: true,
      value: [
        { at: T0, source: 'payment-api-7d9f8c6b5-x2x2x', text: 'ready', severe: false },
        { at: T0, source: 'payment-api-7d9f8c6b5-b4b4b', text: 'slow ERROR: in words only', severe: false },
        { at: T0 + 1_000, source: 'payment-api-7d9f8c6b5-x2x2x', text: 'level=error msg="no route"', severe: true },
      ],
    });
  });

  it('are found under the names of OpenTelemetry too, which are then asked for first', async () => {
    stream({ k8s_namespace_name: 'shop', k8s_deployment_name: 'payment-api', detected_level: 'error' }, 'broken');
    const logs = connect();
    expect(await logs.lines(workload, T0, T0 + 60_000, 100)).toMatchObject({
      ok: true,
      value: [{ text: 'broken', severe: true }],
    });
    await logs.lines(workload, T0, T0 + 60_000, 100);
    expect(loki.asked.map(({ query }) => query.slice(0, 12))).toEqual(['{namespace="', '{k8s_namespa', '{k8s_namespa']);
  });

  it('are bounded in number and length, the newest are kept', async () => {
    stream({ namespace: 'shop', pod: 'payment-api-0' }, 'old', 'x'.repeat(100_000), 'new');
    const answer = await connect().lines(workload, T0, T0 + 60_000, 2);
    expect(answer.ok && answer.value.map(({ text }) => text.length)).toEqual([16_000, 3]);
    await connect().lines(workload, T0, T0 + 60_000, 1_000_000);
    expect(loki.asked.at(-1)?.limit).toBe(5_000);
  });

  it('may have structured metadata with each, and a time that is none', async () => {
    loki.inTheWay = (res) => {
      const stream = { namespace: 'shop', pod: 'payment-api-0', detected_level: 'unknown' };
      const values = [
        [`${T0}000001`, 'FATAL out of disk', { structuredMetadata: { trace_id: 'abc' } }],
        ['now', 'odd'],
      ];
      const data = { resultType: 'streams', result: [{ stream, values }] };
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ status: 'success', data }));
      return true;
    };
    expect(await connect().lines(workload, T0, T0 + 60_000, 100)).toEqual({
      ok: true,
      value: [{ at: T0, source: 'payment-api-0', text: 'FATAL out of disk', severe: true }],
    });
  });

  it('are asked for with the token and the tenant', async () => {
    await connect({ token: 'secret', tenant: 'team-a' }).lines(workload, T0, T0 + 1, 10);
    expect(loki.asked[0]?.headers).toMatchObject({ authorization: 'Bearer secret', 'x-scope-orgid': 'team-a' });
  });

  it('are none, and no error, for names that try to be a query', async () => {
    stream({ namespace: 'shop', pod: 'payment-api-0' }, 'secret');
    for (const name of ['.*', 'x"} or {namespace="shop', 'a\\', 'a\nb', '(']) {
      const answer = await connect().lines({ ...workload, name }, T0, T0 + 60_000, 10);
      expect(answer, name).toEqual({ ok: true, value: [] });
    }
  });
});

describe('a Loki in trouble', () => {
  const answering = (status: number, type: string, body: string) => {
    loki.inTheWay = (res) => {
      res.writeHead(status, { 'content-type': type }).end(body);
      return true;
    };
    return connect().lines(workload, T0, T0 + 60_000, 10);
  };

  it('ends in its own words when it refuses', async () => {
    expect(await answering(400, 'text/plain', 'the query time range exceeds the limit (query length: 800h)\n')).toEqual(
      {
        ok: false,
        failure: {
          kind: 'refused',
          message: 'Loki answered 400: the query time range exceeds the limit (query length: 800h)',
        },
      },
    );
    expect(await answering(401, 'application/json', '{"message":"no org id"}')).toMatchObject({
      failure: { kind: 'refused', message: expect.stringMatching(/wants a login.*401.*It says: no org id/) },
    });
    expect(await answering(429, 'text/plain', 'too many outstanding requests')).toMatchObject({
      failure: { kind: 'too_many', message: expect.stringContaining('too many outstanding') },
    });
    expect(await answering(502, 'text/html', '<html>bad gateway</html>')).toEqual({
      ok: false,
      failure: { kind: 'unreachable', message: 'Loki answered 502.' },
    });
  });

  it('is told from something else that answers', async () => {
    const matrix = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [] } });
    for (const body of ['<html>', '{}', matrix, '{"status":"success","data":{"resultType":"streams","result":[{}]}}'])
      expect(await answering(200, 'application/json', body)).toMatchObject({
        ok: false,
        failure: { message: expect.stringContaining("not Loki's HTTP API") },
      });
  });

  it('is not waited for longer than agreed', async () => {
    loki.inTheWay = () => true;
    expect(await connect({ timeoutMs: 60 }).lines(workload, T0, T0 + 1, 10)).toMatchObject({
      ok: false,
      failure: { kind: 'unreachable', message: 'Loki gave no answer within 60 ms.' },
    });
  });

  it('is not listened to without end', async () => {
    loki.inTheWay = (res) => {
      const piece = Buffer.alloc(1024 * 1024, 'x');
      res.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!res.destroyed && res.write(piece));
      };
      res.on('drain', more);
      more();
      return true;
    };
    expect(await connect({ timeoutMs: 20_000 }).lines(workload, T0, T0 + 1, 10)).toMatchObject({
      ok: false,
      failure: { kind: 'too_many', message: expect.stringContaining('MiB') },
    });
  });

  it('is known by a ping', async () => {
    await expect(connect().ping()).resolves.toBeUndefined();
    loki.inTheWay = (res) => {
      res.writeHead(403, { 'content-type': 'text/plain' }).end('forbidden');
      return true;
    };
    await expect(connect().ping()).rejects.toThrow(/refuses \(403\).*It says: forbidden/);
    await loki.stop();
    await expect(connect().ping()).rejects.toThrow("can't be reached");
  });
});
