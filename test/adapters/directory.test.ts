import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPagerDutyApi } from '../../src/adapters/pagerduty/api.ts';
import { createOnCall } from '../../src/adapters/pagerduty/on-call.ts';
import { createSlackDirectory } from '../../src/adapters/slack/directory.ts';
import { identityOf } from '../../src/adapters/slack/identity.ts';

/** Slack's groups and members, and PagerDuty's schedules, over HTTP. */

let server: Server;
let url: string;
let answers: Record<string, { status?: number; body: unknown }>;
const asked: { path: string; authorization: string | undefined }[] = [];
beforeAll(async () => {
  server = createServer((req, res) => {
    const path = (req.url ?? '').split('?')[0] ?? '';
    req.resume().on('end', () => {
      asked.push({ path: req.url ?? '', authorization: req.headers.authorization });
      const { status = 200, body } = answers[path] ?? { status: 404, body: { ok: false, error: 'unknown_method' } };
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(() => {
  asked.length = 0;
  answers = { '/auth.test': { body: { ok: true, team_id: 'T1' } } };
});

describe('Slack’s directory', () => {
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const directory = () => createSlackDirectory({ token: 'xoxb-1', slackApiUrl: `${url}/`, log });

  it('reads groups, and says which scope is missing', async () => {
    answers['/usergroups.users.list'] = { body: { ok: true, users: ['U1', 'U2'] } };
    expect(await directory().group('S1')).toEqual({ ok: true, value: ['U1', 'U2'] });
    answers['/usergroups.users.list'] = { body: { ok: false, error: 'missing_scope', needed: 'usergroups:read' } };
    expect(await directory().group('S1')).toMatchObject({
      ok: false,
      message: expect.stringContaining('usergroups:read'),
    });
  });

  it.each([
    [{ team_id: 'T1' }, 'member'],
    [{ team_id: 'T2' }, 'outsider'],
    [{ team_id: 'T1', is_stranger: true }, 'outsider'],
    [{ team_id: 'T1', is_ultra_restricted: true }, 'guest'],
    [{ team_id: 'T1', is_bot: true }, 'bot'],
    [{ team_id: 'T1', deleted: true }, 'gone'],
  ])('%j is a %s', async (user, kind) => {
    answers['/users.info'] = { body: { ok: true, user } };
    expect(await directory().member('U1')).toEqual({ ok: true, value: kind });
  });

  it('an identity is the id, with the workspace where that is another', () => {
    expect(identityOf({ id: 'U1', team: 'T1' }, 'T1')).toBe('U1');
    expect(identityOf({ id: 'U1', team: 'T2' }, 'T1')).toBe('U1@T2');
    expect(identityOf({ id: 'U1', team: undefined }, 'T1')).toBe('U1');
  });
});

describe('PagerDuty’s schedules', () => {
  const onCall = () => createOnCall(createPagerDutyApi({ token: 'pd', apiUrl: url, timeoutMs: 1_000 }));

  it('tell who is on call, each once', async () => {
    const user = { id: 'P1', type: 'user', name: 'Ana', email: 'ana@example.com' };
    answers['/oncalls'] = {
      body: { oncalls: [{ escalation_level: 1, user }, { escalation_level: 2, user }, { user: null }] },
    };
    expect(await onCall().now('PSHOP')).toEqual({
      ok: true,
      value: [{ id: 'P1', name: 'Ana', email: 'ana@example.com' }],
    });
    expect(asked[0]?.path).toContain('schedule_ids[]=PSHOP');
    expect(asked[0]?.authorization).toBe('Token token=pd');
  });

  it('say when they can’t be read', async () => {
    answers['/oncalls'] = { status: 401, body: { error: { message: 'Unauthorized' } } };
    expect(await onCall().now('PSHOP')).toMatchObject({
      ok: false,
      message: expect.stringContaining('PAGERDUTY_API_TOKEN'),
    });
  });
});
