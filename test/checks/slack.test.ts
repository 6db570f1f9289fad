import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/app/config.ts';
import { examineSlack } from '../../src/checks/slack.ts';

const ALL = 'chat:write,commands,channels:history,channels:read,files:write';
const OURS = { id: 'C0123', name: 'oncall', is_archived: false, is_member: true };
let server: Server;
let slack: { token: string; scopes: string | null; channel: object | null; socket: object };

/** Slack's Web API as far as it says who one is, and what a channel is. */
beforeEach(async () => {
  slack = { token: 'xoxb-good', scopes: ALL, channel: OURS, socket: { ok: true, url: 'wss://x' } };
  server = createServer((req, res) => {
    req.resume();
    const method = (req.url ?? '').split('/').at(-1)?.split('?')[0];
    const bad = req.headers.authorization !== `Bearer ${slack.token}` && method !== 'apps.connections.open';
    const found = slack.channel;
    const answers: Record<string, object> = {
      'auth.test': { ok: true, team: 'Shop' },
      'conversations.info': found ? { ok: true, channel: found } : { ok: false, error: 'channel_not_found' },
      'conversations.list': { ok: true, channels: found ? [found] : [] },
      'apps.connections.open': slack.socket,
    };
    res
      .writeHead(200, {
        'content-type': 'application/json',
        ...(slack.scopes === null ? {} : { 'x-oauth-scopes': slack.scopes }),
      })
      .end(
        JSON.stringify(
          bad
            ? { ok: false, error: 'invalid_auth' }
            : (answers[method ?? ''] ?? { ok: false, error: 'unknown_method' }),
        ),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function said(env: Record<string, string> = {}): Promise<string[]> {
  const read = readEnvironment({
    SLACK_BOT_TOKEN: 'xoxb-good',
    SLACK_CHANNEL: 'C0123',
    SLACK_SIGNING_SECRET: 'a'.repeat(32),
    SLACK_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    ...env,
  });
  if (!read.ok) throw new Error(read.errors.join('; '));
  const checks = await examineSlack(read.env);
  return checks.filter(({ ok }) => !ok).map(({ title, mend }) => `${title}: ${mend}`);
}

describe('the doctor on Slack', () => {
  it('finds nothing to mend where all is right, by id and by name', async () => {
    expect(await said()).toEqual([]);
    expect(await said({ SLACK_CHANNEL: '#oncall' })).toEqual([]);
  });

  it.each([
    ['a channel that is not there', { channel: null }, /the channel C0123 is there: no such channel/],
    ['one that is archived', { channel: { ...OURS, is_archived: true } }, /#oncall is open: it is archived/],
    ['one that the app is not in', { channel: { ...OURS, is_member: false } }, /\/invite @nightshift/],
    ['a scope that is missing', { scopes: 'chat:write,commands,channels:history' }, /the scope files:write \(charts\)/],
    ['a token that is wrong', { token: 'xoxb-other' }, /invalid_auth.*SLACK_BOT_TOKEN/],
  ])('names %s, with its mend', async (_what, wrong, message) => {
    Object.assign(slack, wrong);
    expect(await said()).toEqual([expect.stringMatching(message)]);
  });

  it('does not ask for the right to list channels where the channel is an id', async () => {
    slack.scopes = ALL.replace('channels:read,', '');
    expect(await said()).toEqual([]);
    expect(await said({ SLACK_CHANNEL: 'oncall' })).toEqual([expect.stringContaining('channels:read')]);
  });

  it('tells a signing secret from the other secrets, and tries socket mode', async () => {
    expect(await said({ SLACK_SIGNING_SECRET: 'xoxb-not-that' })).toEqual([expect.stringContaining('Signing Secret')]);
    slack.socket = { ok: false, error: 'not_allowed_token_type' };
    expect(await said({ SLACK_APP_TOKEN: 'xapp-1' })).toEqual([
      expect.stringMatching(/socket mode: .*connections:write/),
    ]);
  });
});
