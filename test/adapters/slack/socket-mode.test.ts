import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackApp, type SlackApp } from '../../../src/adapters/slack/receiver.ts';
import { loadModules } from '../../../src/app/load-modules.ts';
import type { Command } from '../../../src/extension-points.ts';
import { T0 } from './incidents.ts';
import { recordingPeople } from './people.ts';
import { openSocketServer, type SocketServer } from './socket-server.ts';
import { recordingLog } from './workspace.ts';

const commands = await loadModules<Command>(new URL('../../../commands', import.meta.url).pathname);
const clock = { now: () => T0, realDelay: (ms: number) => ms };

let slack: SocketServer;
let app: SlackApp;
let people: ReturnType<typeof recordingPeople>;

beforeEach(async () => {
  slack = await openSocketServer();
  people = recordingPeople();
  app = createSlackApp({
    token: 'xoxb-1',
    appToken: 'xapp-1',
    slackApiUrl: slack.apiUrl,
    people: people.people,
    commands,
    clock,
    log: recordingLog(),
  });
});
afterEach(async () => {
  await app.stop();
  await slack.close();
});

async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it never came');
}

const status = (id: string) => ({
  type: 'slash_commands',
  envelope_id: id,
  accepts_response_payload: true,
  payload: {
    command: '/heal',
    text: 'status',
    user_id: 'U_ONCALL',
    team_id: 'T1',
    channel_id: 'C1',
    response_url: `${slack.apiUrl}response`,
    trigger_id: '1',
  },
});

const answered = (id: string) => until(() => slack.sent.find((one) => one.envelope_id === id));

describe('socket mode', () => {
  it('connects where SLACK_API_URL says, and answers commands and clicks', async () => {
    await app.start();
    slack.send(status('e1'));
    expect(JSON.stringify((await answered('e1')).payload)).toContain('INC-241');
    slack.send({
      type: 'interactive',
      envelope_id: 'e2',
      payload: {
        type: 'block_actions',
        user: { id: 'U_GUEST' },
        team: { id: 'T1' },
        trigger_id: '1',
        actions: [{ type: 'button', action_id: 'hold', block_id: 'b', value: 'INC-241' }],
      },
    });
    await answered('e2');
    expect((await until(() => people.asked[0])).name).toBe('hold');
  });

  it('connects again when the connection is lost, and when Slack asks for it', async () => {
    await app.start();
    slack.connections[0]?.destroy();
    await until(() => slack.connections.length === 2);
    slack.send(status('e3'));
    await answered('e3');
    slack.send({ type: 'disconnect', reason: 'refresh_requested' });
    await until(() => slack.connections.length === 3);
    slack.send(status('e4'));
    await answered('e4');
  });

  it('starts though Slack is away, and connects when it is back', async () => {
    slack.open = { ok: false, error: 'internal_error' };
    await app.start();
    expect(slack.connections).toHaveLength(0);
    await until(() => slack.opened >= 2);
    slack.open = null;
    await until(() => slack.connections.length === 1);
  });

  it('doesn’t start with a token that Slack refuses', async () => {
    slack.open = { ok: false, error: 'invalid_auth' };
    await expect(app.start()).rejects.toThrow('check SLACK_APP_TOKEN');
  });

  it('stays away once it is stopped', async () => {
    await app.start();
    await app.stop();
    const { opened } = slack;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(slack.opened).toBe(opened);
  });

  it('has no HTTP endpoint without a signing secret, and can’t be made with neither', () => {
    const ended: number[] = [];
    const res = { writeHead: (code: number) => ({ end: () => ended.push(code) }) };
    app.handler({ url: '/slack/events', method: 'POST', headers: {} } as never, res as never);
    expect(ended).toEqual([404]);
    expect(() =>
      createSlackApp({ token: 'xoxb-1', people: people.people, commands, clock, log: recordingLog() }),
    ).toThrow('signing secret');
  });
});
