import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { receive, webhookOf } from '../../src/cli/receive.ts';

describe('an alert from a file', () => {
  it('is sent as it is when it is a whole webhook, and put into one when it is a single alert', () => {
    expect(webhookOf('{"version":"4","alerts":[]}')).toEqual({ version: '4', alerts: [] });
    const now = () => new Date('2026-01-02T03:04:05Z');
    expect(webhookOf('{"labels":{"alertname":"Down"}}', now)).toMatchObject({
      version: '4',
      alerts: [{ status: 'firing', startsAt: '2026-01-02T03:04:05.000Z', labels: { alertname: 'Down' } }],
    });
    expect(webhookOf('[{"labels":{}},{"labels":{},"status":"resolved"}]')).toMatchObject({
      alerts: [{ status: 'firing' }, { status: 'resolved' }],
    });
    for (const bad of ['', 'null', '[]', '{"label":{}}', '"x"']) expect(webhookOf(bad)).toBeNull();
  });
});

describe('receive', () => {
  let close = () => {};
  afterEach(() => close());

  it('shows its token, and tells what was answered', async () => {
    const server = createServer((req, res) => {
      const good = req.headers.authorization === 'Bearer secret';
      res.writeHead(good ? 200 : 401, { 'content-type': 'application/json' });
      res.end(good ? '{"incidents":["INC-1"]}' : '{"error":"token"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    close = () => server.close();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const file = join(await mkdtemp(join(tmpdir(), 'nightshift-receive-')), 'alert.json');
    await writeFile(file, '{"labels":{"alertname":"Down"}}');
    expect(await receive(file, url, 'secret')).toEqual({ ok: true, message: 'Taken: {"incidents":["INC-1"]}' });
    expect((await receive(file, url, undefined)).message).toBe('Refused (401): {"error":"token"}');
    expect((await receive(`${file}.gone`, url, 'secret')).message).toContain('no such file');
    expect((await receive(file, 'nowhere', 'secret')).message).toContain('--url');
  });
});
