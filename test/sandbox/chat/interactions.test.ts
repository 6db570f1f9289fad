import type { App, BlockAction, ButtonAction, OverflowAction, StaticSelectAction } from '@slack/bolt';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, SECRET, startApp, startRig } from './rig.ts';

const option = (text: string, value: string) => ({ text: { type: 'plain_text' as const, text }, value });
const plain = (text: string) => ({ type: 'plain_text' as const, text });

const BLOCKS = [
  {
    type: 'section',
    block_id: 'head',
    text: { type: 'mrkdwn', text: 'Roll back?' },
    accessory: { type: 'overflow', action_id: 'more', options: [option('Show', 'show'), option('Page', 'page')] },
  },
  {
    type: 'actions',
    block_id: 'buttons',
    elements: [
      { type: 'button', action_id: 'approve', text: plain('Approve'), value: 'INC-1', style: 'primary' },
      {
        type: 'button',
        action_id: 'reject',
        text: plain('Reject'),
        value: 'INC-1',
        confirm: { title: plain('Sure?'), text: plain('Really?'), confirm: plain('Yes'), deny: plain('No') },
      },
      {
        type: 'static_select',
        action_id: 'option',
        placeholder: plain('Other options'),
        options: [option('Restart', 'r'), option('Scale', 's')],
      },
    ],
  },
];

describe('interactions', () => {
  let rig: Rig;
  let app: { url: string; stop(): Promise<void> };
  let seen: Record<string, unknown>[] = [];
  let ts = '';

  beforeAll(async () => {
    rig = await startRig({ app: () => app.url, replyWaitMs: 1500 });
    app = await startApp(
      SECRET,
      () => `${rig.url}/slack-api/`,
      (bolt) => setUp(bolt, (body) => seen.push(body)),
    );
  });
  afterAll(async () => {
    await app.stop();
    await rig.stop();
  });
  beforeEach(async () => {
    seen = [];
    ts = (await rig.client.chat.postMessage({ channel: 'C_ONCALL', text: 'Roll back?', blocks: BLOCKS as never }))
      .ts as string;
  });

  it('presses a button with a signature that Bolt accepts', async () => {
    const pressed = await rig.post('/sandbox/click', { ts, action_id: 'approve', user: 'U_ONCALL' });
    expect(pressed).toEqual({ status: 200, body: { ok: true, app_status: 200, app_body: null } });
    expect(seen[0]).toMatchObject({
      type: 'block_actions',
      user: { id: 'U_ONCALL', team_id: 'T_SHOP' },
      container: { type: 'message', message_ts: ts, channel_id: 'C_ONCALL', is_ephemeral: false },
      channel: { id: 'C_ONCALL', name: 'oncall' },
      message: { ts, text: 'Roll back?' },
      actions: [
        {
          type: 'button',
          action_id: 'approve',
          block_id: 'buttons',
          value: 'INC-1',
          style: 'primary',
          text: plain('Approve'),
        },
      ],
    });
  });

  it('is refused by an app with another signing secret', async () => {
    const stranger = await startApp(
      'another-secret',
      () => `${rig.url}/slack-api/`,
      (bolt) => setUp(bolt, (body) => seen.push(body)),
    );
    const other = await startRig({ app: () => stranger.url });
    const posted = await other.client.chat.postMessage({ channel: 'C_ONCALL', text: 'x', blocks: BLOCKS as never });
    const pressed = await other.post('/sandbox/click', { ts: posted.ts, action_id: 'approve', user: 'U_ONCALL' });
    expect(pressed.body).toMatchObject({ ok: false, app_status: 401 });
    expect(seen).toEqual([]);
    await other.stop();
    await stranger.stop();
  });

  it('chooses from a menu by value, the first one by default, and only what is offered', async () => {
    await rig.post('/sandbox/click', { ts, action_id: 'option', user: 'U_ONCALL', selected_option: 's' });
    await rig.post('/sandbox/click', { ts, action_id: 'option', user: 'U_ONCALL' });
    await rig.post('/sandbox/click', { ts, action_id: 'more', user: 'U_ONCALL', selected_option: { value: 'page' } });
    const chosen = seen.map((body) => (body.actions as (StaticSelectAction | OverflowAction)[])[0]?.selected_option);
    expect(chosen.map((entry) => entry?.value)).toEqual(['s', 'r', 'page']);
    const refused = await rig.post('/sandbox/click', {
      ts,
      action_id: 'option',
      user: 'U_ONCALL',
      selected_option: 'nope',
    });
    expect(refused).toMatchObject({ status: 400, body: { field: 'selected_option' } });
  });

  it('confirms a dialog unless told not to', async () => {
    expect(
      (await rig.post('/sandbox/click', { ts, action_id: 'reject', user: 'U_GUEST', confirm: false })).body,
    ).toEqual({ ok: true, confirmed: false });
    expect(seen).toEqual([]);
    await rig.post('/sandbox/click', { ts, action_id: 'reject', user: 'U_GUEST' });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['ts', { ts: '1.000001', action_id: 'approve', user: 'U_ONCALL' }],
    ['action_id', { action_id: 'launch', user: 'U_ONCALL' }],
    ['user', { action_id: 'approve', user: 'U_NOBODY' }],
    ['user', { action_id: 'approve', user: 'U_NIGHTSHIFT' }],
  ])('names the field at fault: %s', async (field, body) => {
    expect(await rig.post('/sandbox/click', { ts, ...body })).toMatchObject({
      status: 400,
      body: { ok: false, field },
    });
    expect(seen).toEqual([]);
  });

  it('answers a click privately through the response_url, in public, by replacing and by deleting', async () => {
    await rig.post('/sandbox/click', { ts, action_id: 'approve', user: 'U_GUEST' });
    const url = seen[0]?.response_url as string;
    const respond = (body: unknown) =>
      fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    await respond({ text: 'Only people on call may approve.' });
    expect((await rig.messages('U_GUEST')).at(-1)).toMatchObject({
      text: 'Only people on call may approve.',
      ephemeral_for: 'U_GUEST',
    });
    await respond({ text: 'said aloud', response_type: 'in_channel' });
    expect((await rig.messages()).at(-1)).toMatchObject({ text: 'said aloud' });
    await respond({ text: 'replaced', replace_original: true });
    expect((await rig.messages()).find((m) => m.ts === ts)).toMatchObject({ text: 'replaced', blocks: [] });
    await respond({ delete_original: true });
    expect((await rig.messages()).some((m) => m.ts === ts)).toBe(false);
    expect((await respond({ text: 'fifth' })).status).toBe(200);
    const sixth = await respond({ text: 'sixth' });
    expect([sixth.status, await sixth.text()]).toEqual([404, 'used_url']);
    expect((await fetch(`${rig.url}/sandbox/response/unknown`, { method: 'POST', body: '{"text":"x"}' })).status).toBe(
      404,
    );
  });

  it('presses buttons in a message that only one person sees, for that person only', async () => {
    const posted = await rig.client.chat.postEphemeral({
      channel: 'C_ONCALL',
      user: 'U_SECOND',
      text: 'x',
      blocks: BLOCKS as never,
    });
    const click = { ts: posted.message_ts, action_id: 'approve' };
    expect((await rig.post('/sandbox/click', { ...click, user: 'U_ONCALL' })).status).toBe(400);
    await rig.post('/sandbox/click', { ...click, user: 'U_SECOND' });
    expect(seen[0]).toMatchObject({ container: { is_ephemeral: true } });
    expect(seen[0]?.message).toBeUndefined();
  });

  it('runs a command, with or without the slash, and gives the reply', async () => {
    const plainly = await rig.post('/sandbox/command', { text: 'status', user: 'U_ONCALL' });
    expect(plainly.body).toEqual({ ok: true, app_status: 200, text: 'you asked: status', blocks: [] });
    const slashed = await rig.post('/sandbox/command', { text: '/heal show INC-1', user: 'U_SECOND' });
    expect(slashed.body).toMatchObject({ text: 'you asked: show INC-1' });
    expect((await rig.messages('U_SECOND')).at(-1)).toMatchObject({
      text: 'you asked: show INC-1',
      ephemeral_for: 'U_SECOND',
    });
    expect((await rig.messages()).at(-1)?.text).not.toBe('you asked: show INC-1');
    expect(seen[0]).toMatchObject({ command: '/heal', text: 'status', user_id: 'U_ONCALL', channel_id: 'C_ONCALL' });
  });

  it('waits for a reply that comes later through the response_url', async () => {
    const late = await rig.post('/sandbox/command', { text: 'later', user: 'U_ONCALL' });
    expect(late.body).toMatchObject({ ok: true, text: 'here it is', blocks: [{ type: 'divider' }] });
  });

  it('says that the app is away', async () => {
    const alone = await startRig();
    expect(await alone.post('/sandbox/command', { text: 'status', user: 'U_ONCALL' })).toMatchObject({
      status: 502,
      body: { ok: false, app_status: 0 },
    });
    await alone.stop();
  });

  it('opens a modal, checks its inputs, shows its errors, submits it and closes it', async () => {
    await rig.post('/sandbox/click', { ts, action_id: 'more', user: 'U_ONCALL', selected_option: 'page' });
    await expect.poll(() => seen.some((body) => body.opened !== undefined)).toBe(true);
    const viewId = seen.find((body) => body.opened !== undefined)?.opened as string;
    const shown = (await (await fetch(`${rig.url}/sandbox/views?user=U_ONCALL`)).json()) as { stack: { id: string }[] };
    expect(shown.stack.map((view) => view.id)).toEqual([viewId]);
    const submit = (values: unknown) => rig.post('/sandbox/submit', { view_id: viewId, user: 'U_ONCALL', values });
    expect((await submit({})).body).toEqual({ ok: false, errors: { reason: 'Please complete this required field.' } });
    expect((await submit({ reason: { words: 'no' } })).body).toEqual({ ok: false, errors: { reason: 'say more' } });
    expect((await submit({ reason: { words: 'payments stand still' } })).body).toMatchObject({
      ok: true,
      app_status: 200,
    });
    expect((await submit({ reason: { words: 'again' } })).body).toMatchObject({ field: 'view_id' });
  });

  it('refuses a modal without a fresh trigger', async () => {
    const view = { type: 'modal' as const, title: plain('x'), blocks: [] };
    const error = await rig.client.views
      .open({ trigger_id: '1.2', view })
      .catch((e: { data: { error: string } }) => e.data.error);
    expect(error).toBe('invalid_trigger_id');
  });

  it("publishes a person's home tab when it is opened", async () => {
    await rig.post('/sandbox/home', { user: 'U_ONCALL' });
    await expect.poll(() => seen.some((body) => body.published === true)).toBe(true);
  });

  it('does not let a page of another site press anything', async () => {
    const response = await fetch(`${rig.url}/sandbox/click`, {
      method: 'POST',
      headers: { origin: 'http://elsewhere.example', 'content-type': 'text/plain' },
      body: JSON.stringify({ ts, action_id: 'approve', user: 'U_ONCALL' }),
    });
    expect(response.status).toBe(403);
    expect(seen).toEqual([]);
  });
});

const MODAL = {
  type: 'modal' as const,
  callback_id: 'page',
  title: plain('Page someone'),
  submit: plain('Page'),
  blocks: [
    {
      type: 'input' as const,
      block_id: 'reason',
      label: plain('Why?'),
      element: { type: 'plain_text_input' as const, action_id: 'words' },
    },
  ],
};

/** An app that remembers what it was sent. */
function setUp(bolt: App, remember: (body: Record<string, unknown>) => void): void {
  bolt.action<BlockAction<ButtonAction>>(/^(approve|reject|option)$/, async ({ ack, body }) => {
    remember(body as unknown as Record<string, unknown>);
    await ack();
  });
  bolt.action<BlockAction<OverflowAction>>('more', async ({ ack, body, client, action }) => {
    remember(body as unknown as Record<string, unknown>);
    await ack();
    if (action.selected_option.value !== 'page' || !body.trigger_id) return;
    const opened = await client.views.open({ trigger_id: body.trigger_id, view: MODAL });
    remember({ opened: opened.view?.id });
  });
  bolt.view('page', async ({ ack, view }) => {
    const words = view.state.values.reason?.words?.value ?? '';
    if (words.length < 5) await ack({ response_action: 'errors', errors: { reason: 'say more' } });
    else await ack();
  });
  bolt.command('/heal', async ({ ack, command, respond }) => {
    remember({ ...command });
    if (command.text !== 'later') return ack(`you asked: ${command.text}`);
    await ack();
    await respond({ text: 'here it is', blocks: [{ type: 'divider' }] });
  });
  bolt.event('app_home_opened', async ({ event, client }) => {
    const view = { type: 'home' as const, blocks: [{ type: 'header' as const, text: plain('Home') }] };
    const published = await client.views.publish({ user_id: event.user, view });
    remember({ published: published.ok });
  });
}
