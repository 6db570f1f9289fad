import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App } from '@slack/bolt';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, SECRET, startApp, startRig } from '../chat/rig.ts';
import { type Browser, CHROMIUM, openBrowser } from './browser.ts';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text });
const INCIDENT = [
  { type: 'header', text: plain('payment-api is slow') },
  { type: 'section', text: mrkdwn('p99 *2.8 s* for 4 min') },
  {
    type: 'actions',
    elements: [
      { type: 'button', action_id: 'approve', text: plain('Approve'), style: 'primary', value: 'INC-1' },
      {
        type: 'button',
        action_id: 'reject',
        text: plain('Reject'),
        confirm: {
          title: plain('Reject?'),
          text: plain('Nothing will be done.'),
          confirm: plain('Yes, reject'),
          deny: plain('Keep'),
        },
      },
      {
        type: 'static_select',
        action_id: 'option',
        placeholder: plain('Other options'),
        options: [
          { text: plain('Restart'), value: 'restart' },
          { text: plain('Scale'), value: 'scale' },
        ],
      },
      { type: 'button', action_id: 'page', text: plain('Page someone') },
    ],
  },
] as never;

describe.skipIf(!existsSync(CHROMIUM) && process.env.CI !== 'true')('the page (needs Chromium)', () => {
  let rig: Rig;
  let app: { url: string; stop(): Promise<void> };
  let browser: Browser;
  let page: Page;
  let asked: { method: string; url: string; body: string }[] = [];
  let actions: { id: string; user: string; chosen: string | undefined }[] = [];

  /** Stands for the simulation's own routes. */
  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    let body = '';
    for await (const chunk of req) body += chunk;
    asked.push({ method: req.method ?? '', url: req.url ?? '', body });
    if (req.method === 'GET') return void res.writeHead(404).end();
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  };

  beforeAll(async () => {
    rig = await startRig({ app: () => app.url }, { serve });
    app = await startApp(
      SECRET,
      () => `${rig.url}/slack-api/`,
      (bolt) => setUp(bolt, (action) => actions.push(action)),
    );
    browser = await openBrowser(1280, 800);
    page = browser.page;
    await page.goto(`${rig.url}/sandbox`);
    await page.getByText('A quiet night.').waitFor();
  });
  afterAll(async () => {
    await browser.stop();
    await app.stop();
    await rig.stop();
  });
  beforeEach(() => {
    asked = [];
    actions = [];
  });

  const post = async (text: string, blocks?: never): Promise<string> =>
    (await rig.client.chat.postMessage({ channel: 'C_ONCALL', text, ...(blocks ? { blocks } : {}) })).ts as string;
  const message = (ts: string) => page.locator(`#messages [data-ts="${ts}"]`);

  it('shows a message as it comes, and its edits in place', async () => {
    const ts = await post('payment-api is slow', INCIDENT);
    await message(ts).getByRole('heading', { name: 'payment-api is slow' }).waitFor();
    await rig.client.chat.update({
      channel: 'C_ONCALL',
      ts,
      text: 'healed',
      blocks: [{ type: 'section', text: mrkdwn('*healed* after 4 min') }],
    });
    await message(ts).getByText('healed after 4 min').waitFor();
    expect(await message(ts).getByText('(edited)').count()).toBe(1);
    expect(await message(ts).getByRole('button', { name: 'Approve' }).count()).toBe(0);
  });

  it('presses a button by mouse and by keyboard, as the person chosen', async () => {
    const ts = await post('slow', INCIDENT);
    await message(ts).getByRole('button', { name: 'Approve' }).click();
    await expect.poll(() => actions).toEqual([{ id: 'approve', user: 'U_ONCALL', chosen: undefined }]);
    await message(ts).getByRole('button', { name: 'Approve' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => actions).toHaveLength(2);
  });

  it('asks before a button that wants it, and does nothing when refused', async () => {
    const ts = await post('slow', INCIDENT);
    await message(ts).getByRole('button', { name: 'Reject' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(actions).toEqual([]);
    await message(ts).getByRole('button', { name: 'Reject' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Yes, reject' }).click();
    await expect.poll(() => actions.map((action) => action.id)).toEqual(['reject']);
  });

  it('opens a menu that keys walk through, and sends only what is chosen', async () => {
    const ts = await post('slow', INCIDENT);
    await message(ts).getByRole('button', { name: 'Other options' }).press('Enter');
    await page.keyboard.press('ArrowDown');
    expect(actions).toEqual([]);
    await page.keyboard.press('Enter');
    await expect.poll(() => actions).toEqual([{ id: 'option', user: 'U_ONCALL', chosen: 'scale' }]);
    await message(ts).getByRole('button', { name: 'Other options' }).click();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('menu').count()).toBe(0);
  });

  it('keeps the focus on a button while its message is edited', async () => {
    const named = [
      {
        type: 'actions',
        block_id: 'same',
        elements: [{ type: 'button', action_id: 'approve', text: plain('Approve') }],
      },
    ] as never;
    const ts = await post('slow', named);
    await message(ts).getByRole('button', { name: 'Approve' }).focus();
    await rig.client.chat.update({ channel: 'C_ONCALL', ts, text: 'slower', blocks: named });
    await message(ts).getByText('(edited)').waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => actions.map((action) => action.id)).toEqual(['approve']);
  });

  it('shows a private answer to its one person only', async () => {
    const box = page.getByRole('textbox', { name: /Message the channel/ });
    await box.fill('/heal status');
    await box.press('Enter');
    await page.locator('#messages').getByText('you asked: status').waitFor();
    await page.getByLabel('as', { exact: true }).selectOption('U_GUEST');
    await page.locator('#messages').getByText('you asked: status').waitFor({ state: 'detached' });
    await page.getByLabel('as', { exact: true }).selectOption('U_ONCALL');
    await page.locator('#messages').getByText('you asked: status').waitFor();
    await page.getByRole('button', { name: 'Dismiss message' }).click();
    expect(await page.locator('#messages').getByText('you asked: status').count()).toBe(0);
  });

  it('opens a thread beside its parent, with replies as they come', async () => {
    const ts = await post('parent of a thread');
    await rig.client.chat.postMessage({ channel: 'C_ONCALL', thread_ts: ts, text: 'first reply' });
    await message(ts).getByRole('button', { name: '1 reply' }).click();
    const thread = page.getByRole('complementary', { name: 'Thread' });
    await thread.getByText('first reply').waitFor();
    await thread.getByRole('textbox').fill('I am on it <now>');
    await thread.getByRole('textbox').press('Enter');
    await thread.getByText('I am on it <now>').waitFor();
    expect((await rig.messages()).at(-1)).toMatchObject({
      user: 'U_ONCALL',
      thread_ts: ts,
      text: 'I am on it &lt;now&gt;',
    });
    await message(ts).getByRole('button', { name: '2 replies' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await thread.isVisible()).toBe(false);
  });

  it('opens a modal, shows what is missing, and sends what was typed', async () => {
    const ts = await post('slow', INCIDENT);
    await message(ts).getByRole('button', { name: 'Page someone' }).click();
    const dialog = page.getByRole('dialog', { name: 'Page someone' });
    await dialog.getByRole('button', { name: 'Send' }).click();
    await dialog.getByText('Please complete this required field.').waitFor();
    await dialog.getByLabel('Why?').fill('payments stand still');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(actions.at(-1)).toEqual({ id: 'submitted', user: 'U_ONCALL', chosen: 'payments stand still' });
  });

  it("shows the app's home tab with working buttons", async () => {
    await page.getByRole('button', { name: 'App home' }).click();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(() => actions.map((action) => action.id)).toEqual(['refresh']);
    await page.getByRole('button', { name: 'Messages' }).click();
  });

  it('shows everything from outside as text', async () => {
    const nasty = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const ts = await post('nasty', [
      { type: 'header', text: plain(nasty.slice(0, 140)) },
      { type: 'section', text: mrkdwn(`${nasty} *${nasty}* \`${nasty}\``), fields: [plain(nasty)] },
      { type: 'markdown', text: `${nasty} [x](javascript:alert(1))` },
      { type: 'image', image_url: 'https://127.0.0.1:44321/x.png', alt_text: nasty },
    ] as never);
    await message(ts).getByText('document.title').first().waitFor();
    expect(await page.title()).toBe('Nightshift sandbox');
    expect(await message(ts).locator('script').count()).toBe(0);
    expect(await message(ts).locator('img[src="x"]').count()).toBe(0);
    expect(await message(ts).locator('a[href^="javascript"]').count()).toBe(0);
    await rig.client.chat.delete({ channel: 'C_ONCALL', ts });
    await message(ts).waitFor({ state: 'detached' });
    browser.problems.splice(
      0,
      browser.problems.length,
      ...browser.problems.filter((problem) => !problem.includes('net::ERR_')),
    );
  });

  it('breaks a service, mends it, and sets the clock', async () => {
    await page.getByRole('button', { name: /^Bad deploy/ }).click();
    await page.getByRole('menuitem', { name: 'checkout-api' }).click();
    await page.getByRole('button', { name: 'Mend Bad deploy in payment-api' }).click();
    await page.getByRole('button', { name: '60 times real time' }).click();
    await expect
      .poll(() => asked.map(({ method, url, body }) => `${method} ${url} ${body}`))
      .toEqual([
        'POST /sandbox/faults {"kind":"bad-deploy","service":"checkout-api"}',
        'DELETE /sandbox/faults/f1 ',
        'POST /sandbox/clock {"speed":60}',
      ]);
  });

  it('shows the services, as a graph and as a table, and the signals of the one chosen', async () => {
    await page
      .getByRole('button', { name: /^payment-api: down, 2 of 3 ready, 38\/s, 18 % errors, p99 2\.8 s, critical$/ })
      .waitFor();
    await page.getByRole('button', { name: /^cache: healthy/ }).press('Enter');
    await page.getByRole('img', { name: /^Memory of cache: now 62 %/ }).waitFor();
    expect(
      await page
        .getByRole('row', { name: /ledger-db/ })
        .getByRole('cell')
        .allTextContents(),
    ).toEqual(['3/3', '74/s', '0.1 %', '21 ms', '41 %', '']);
    expect(await page.getByRole('listitem').filter({ hasText: 'CrashLoopBackOff, 4 restarts' }).count()).toBe(1);
  });

  it('gives every control a name, and every picture words', async () => {
    const nameless = await page.evaluate<
      string[]
    >(`[...document.querySelectorAll('button, input, select, [role=button], [tabindex="0"]')]
      .filter((node) => !node.closest('[hidden]'))
      .filter((node) => !(node.getAttribute('aria-label') || node.textContent.trim() || node.labels?.length || node.tagName === 'PRE'))
      .map((node) => node.outerHTML.slice(0, 120))`);
    expect(nameless).toEqual([]);
    expect(await page.locator('img:not([alt])').count()).toBe(0);
  });

  it('allows no script, style or connection from elsewhere', async () => {
    const policy = (await fetch(`${rig.url}/sandbox`)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect((await fetch(`${rig.url}/sandbox/assets/../chat/chat.ts`)).status).toBe(404);
    expect((await fetch(`${rig.url}/sandbox/assets/..%2fchat%2fchat.ts`)).status).toBe(404);
  });

  it('fits a phone without scrolling sideways, channel and shop apart', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await post('slow', INCIDENT);
    for (const pane of ['shop', 'channel']) {
      await page.locator(`.panes [data-pane=${pane}]`).click();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      expect(
        await page.evaluate(`document.querySelector('.${pane === 'shop' ? 'shop' : 'messages'}').scrollWidth <= 390`),
      ).toBe(true);
      expect(await page.locator('.shop').isVisible()).toBe(pane === 'shop');
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('had nothing to complain about in the console', () => {
    expect(browser.problems).toEqual([]);
  });

  it('finds the channel again after the server was away', async () => {
    const port = Number(new URL(rig.url).port);
    const saved = rig.chat.snapshot();
    await rig.stop();
    await page.getByText('reconnecting…').waitFor();
    rig = await startRig({ app: () => app.url }, { serve, port });
    rig.chat.restore(saved);
    const ts = await post('back again');
    await message(ts).getByText('back again').waitFor();
    await page.getByText('live', { exact: true }).waitFor();
  });
});

const MODAL = {
  type: 'modal' as const,
  callback_id: 'page_form',
  title: plain('Page someone'),
  submit: plain('Send'),
  blocks: [
    {
      type: 'input' as const,
      block_id: 'reason',
      label: plain('Why?'),
      element: { type: 'plain_text_input' as const, action_id: 'words' },
    },
  ],
};
const HOME = {
  type: 'home' as const,
  blocks: [
    { type: 'actions' as const, elements: [{ type: 'button' as const, action_id: 'refresh', text: plain('Refresh') }] },
  ],
};

function setUp(bolt: App, remember: (action: { id: string; user: string; chosen: string | undefined }) => void): void {
  bolt.action(/.*/, async ({ ack, action, body, client }) => {
    await ack();
    const { action_id: id, selected_option: chosen } = action as {
      action_id: string;
      selected_option?: { value: string };
    };
    remember({ id, user: body.user.id, chosen: chosen?.value });
    const { trigger_id: trigger } = body as { trigger_id?: string };
    if (id === 'page' && trigger !== undefined) await client.views.open({ trigger_id: trigger, view: MODAL });
  });
  bolt.view('page_form', async ({ ack, view, body }) => {
    remember({ id: 'submitted', user: body.user.id, chosen: view.state.values.reason?.words?.value ?? undefined });
    await ack();
  });
  bolt.command('/heal', async ({ ack, command }) => ack(`you asked: ${command.text}`));
  bolt.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({ user_id: event.user, view: HOME });
  });
}
