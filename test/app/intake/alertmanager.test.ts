import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivateRedis, startPrivateRedis } from '../../../src/adapters/redis/private-redis.ts';
import type { App } from '../../../src/app/world.ts';
import { fastTime, type Kept, keptIncidents, startIntake, TOKEN } from './app-on-redis.ts';
import { post, type RawAlert, rawAlert, resolved, STARTED, webhook } from './webhook-body.ts';

/** `POST /webhooks/alertmanager` as Alertmanager meets it: the real route, store, queue and Redis; what is kept is read past the app. Each test uses services of its own. */

let folder: string;
let redis: PrivateRedis;
let app: App;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-intake-'));
  redis = await startPrivateRedis({ dataDir: folder });
  app = await startIntake(redis.url, fastTime(60));
});
afterAll(async () => {
  await app.stop();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

const about = async (service: string): Promise<Kept[]> =>
  (await keptIncidents(redis.url)).filter((incident) => incident.service === service);
const prints = (incident: Kept | undefined) => (incident?.alerts ?? []).map((alert) => alert.fingerprint).sort();
const numbered = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('a webhook that is taken', () => {
  it('puts a firing alert into a new incident, with its line in the timeline, before it answers', async () => {
    const answer = await post(app, webhook([rawAlert('first-1', 'first-api')]));
    expect(answer).toMatchObject({ status: 200, json: { ok: true, received: 1, truncated: 0 } });
    const [incident] = await about('first-api');
    expect(answer.json.incidents).toEqual([incident?.id]);
    expect(incident).toMatchObject({
      namespace: 'shop',
      alerts: [{ fingerprint: 'first-1', status: 'firing', startsAt: Date.parse(STARTED), endsAt: null }],
    });
    expect(incident?.timeline[0]).toMatchObject({ type: 'alerts' });
    expect(incident?.timeline[0]?.message).toContain('KubePodCrashLooping');
  });

  it('puts a resolution into the same incident', async () => {
    const alert = rawAlert('over-1', 'over-api');
    const opened = await post(app, webhook([alert]));
    const ended = await post(app, webhook([resolved(alert)], { status: 'resolved' }));
    expect(ended.json.incidents).toEqual(opened.json.incidents);
    const [incident] = await about('over-api');
    expect(incident?.alerts).toMatchObject([{ status: 'resolved', endsAt: Date.parse('2026-03-01T03:05:00Z') }]);
    expect(incident?.timeline.filter((line) => line.type === 'alerts')).toHaveLength(2);
  });

  it('takes a group of several services apart, and keeps one service together', async () => {
    const group = [
      rawAlert('g-1', 'group-a'),
      rawAlert('g-2', 'group-b'),
      rawAlert('g-3', 'group-a', { labels: { ...rawAlert('', 'group-a').labels, pod: 'group-a-0' } }),
    ];
    const answer = await post(app, webhook(group));
    expect(answer.json.incidents).toHaveLength(2);
    expect((await about('group-a')).map(prints)).toEqual([['g-1', 'g-3']]);
    expect((await about('group-b')).map(prints)).toEqual([['g-2']]);
  });

  it('takes 1,000 alerts in one body, each into exactly one incident', async () => {
    const alerts = numbered(1_000).map((n) => rawAlert(`bulk-${n}`, `bulk-${n % 25}-api`));
    const answer = await post(app, webhook(alerts));
    expect(answer).toMatchObject({ status: 200, json: { received: 1_000 } });
    const kept = (await keptIncidents(redis.url)).filter((incident) => incident.service.startsWith('bulk-'));
    expect(kept).toHaveLength(25);
    expect(kept.flatMap(prints).sort()).toEqual(alerts.map((alert) => alert.fingerprint).sort());
  });

  it('counts alerts of one service that are too many to keep in full, once each however often they are sent', async () => {
    const alerts = numbered(150).map((n) => rawAlert(`many-${n}`, 'many-api'));
    await post(app, webhook(alerts));
    await post(app, webhook(alerts));
    const [incident] = await about('many-api');
    expect(incident?.alertCount).toBe(150);
    expect(incident?.alerts).toHaveLength(100);
  });

  it('says how many alerts Alertmanager left out', async () => {
    const answer = await post(app, webhook([rawAlert('cut-1', 'cut-api')], { truncatedAlerts: 7 }));
    expect(answer).toMatchObject({ status: 200, json: { received: 1, truncated: 7 } });
  });

  it('takes an empty group', async () => {
    expect(await post(app, webhook([]))).toMatchObject({ status: 200, json: { incidents: [], received: 0 } });
  });

  it('takes a body of exactly 5 MB', async () => {
    const text = JSON.stringify(webhook([rawAlert('large-1', 'large-api')]));
    const answer = await post(app, text + ' '.repeat(5 * 1024 * 1024 - text.length));
    expect(answer.status).toBe(200);
  });
});

describe('the same alert again', () => {
  it('stays in its one incident when it is re-sent', async () => {
    const body = webhook([rawAlert('again-1', 'again-api')]);
    const answers = [await post(app, body), await post(app, body), await post(app, body)];
    expect(new Set(answers.flatMap((answer) => answer.json.incidents)).size).toBe(1);
    const kept = await about('again-api');
    expect(kept.map(prints)).toEqual([['again-1']]);
    expect(kept[0]?.alertCount).toBe(1);
  });

  it('is one alert when it is twice in one body', async () => {
    await post(app, webhook([rawAlert('twice-1', 'twice-api'), rawAlert('twice-1', 'twice-api')]));
    const kept = await about('twice-api');
    expect(kept.map(prints)).toEqual([['twice-1']]);
    expect(kept[0]?.alertCount).toBe(1);
  });

  it('opens one incident when two replicas take it at the same moment', async () => {
    const other = await startIntake(redis.url);
    try {
      for (const n of numbered(10)) {
        const body = webhook([rawAlert(`race-${n}`, `race-${n}-api`)]);
        const answers = await Promise.all([app, other, app, other].map((replica) => post(replica, body)));
        expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
        expect(new Set(answers.flatMap((answer) => answer.json.incidents)).size).toBe(1);
        expect((await about(`race-${n}-api`)).map(prints)).toEqual([[`race-${n}`]]);
      }
    } finally {
      await other.stop();
    }
  });
});

describe('an alert after its incident was closed', () => {
  /** Closed by a person: nothing here can measure that it is over. The app's time runs fast, so that one is called soon. */
  async function closedBy(alert: RawAlert): Promise<string> {
    const answer = await post(app, webhook([alert]));
    const id = answer.json.incidents?.[0] ?? '';
    await post(app, webhook([rawAlert(`other-${alert.fingerprint}`, `other-${alert.fingerprint}`)]));
    await post(app, webhook([resolved(alert)]));
    const state = async () => {
      await app.people.close(id, 'U_ONCALL', 'healed_by_human');
      return (await incidentsOf(alert)).find((one) => one.id === id)?.state.name;
    };
    await expect
      .poll(state, {
        timeout: 10_000,
        interval: 100,
      })
      .toBe('closed');
    return id;
  }
  const incidentsOf = (alert: RawAlert) => about(alert.labels.deployment ?? '');
  const later = '2026-03-01T04:00:00Z';

  it('opens a new one, linked to it, when it fires anew, and leaves the closed one as it was', async () => {
    const alert = rawAlert('anew-1', 'anew-api');
    const first = await closedBy(alert);
    const answer = await post(app, webhook([{ ...alert, startsAt: later }]));
    expect(answer.json.incidents).not.toContain(first);
    const kept = await incidentsOf(alert);
    expect(kept).toHaveLength(2);
    expect(kept.find((incident) => incident.id !== first)?.linked).toEqual([first]);
    const closed = kept.find((incident) => incident.id === first);
    expect(closed?.alerts).toMatchObject([{ status: 'resolved' }]);
    expect(closed?.timeline.filter((line) => line.type === 'alerts')).toHaveLength(2);
  });

  it('belongs to the closed one when it is that one, sent once more', async () => {
    const alert = rawAlert('echo-1', 'echo-api');
    const first = await closedBy(alert);
    expect((await post(app, webhook([alert]))).json.incidents).toEqual([first]);
    expect((await post(app, webhook([resolved(alert)]))).json.incidents).toEqual([first]);
    expect(await incidentsOf(alert)).toMatchObject([{ state: { name: 'closed' }, alerts: [{ status: 'resolved' }] }]);
  });

  it('is told apart from what is news in the same body', async () => {
    const alert = rawAlert('mixed-1', 'mixed-api');
    const first = await closedBy(alert);
    await post(app, webhook([alert, rawAlert('mixed-2', 'mixed-api', { startsAt: later })]));
    const kept = await incidentsOf(alert);
    expect(prints(kept.find((incident) => incident.id === first))).toEqual(['mixed-1']);
    expect(prints(kept.find((incident) => incident.id !== first))).toEqual(['mixed-2']);
  });
});

describe('a resolution that comes before the firing that it ends', () => {
  it('is kept, and the late firing neither undoes it nor opens an incident that waits', async () => {
    const alert = rawAlert('early-1', 'early-api');
    const first = await post(app, webhook([resolved(alert)], { status: 'resolved' }));
    expect(first.status).toBe(200);
    const late = await post(app, webhook([alert]));
    expect(late.status).toBe(200);
    expect(late.json.incidents).toEqual(first.json.incidents);
    const kept = await about('early-api');
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatchObject({ state: { name: 'closed' }, alerts: [{ status: 'resolved' }] });
    expect(kept[0]?.timeline.filter((line) => line.type === 'alerts')).toHaveLength(1);
  });

  it('inside an open incident is not overwritten by the older firing', async () => {
    const alert = rawAlert('order-1', 'order-api');
    await post(app, webhook([alert, rawAlert('order-2', 'order-api')]));
    await post(app, webhook([resolved(alert)]));
    await post(app, webhook([alert]));
    const [incident] = await about('order-api');
    expect(incident?.alerts.find((one) => one.fingerprint === 'order-1')?.status).toBe('resolved');
  });
});

describe('alerts that are not for us', () => {
  const labelled = (fingerprint: string, service: string, labels: Record<string, string>) =>
    rawAlert(fingerprint, service, { labels: { ...rawAlert('', service).labels, ...labels } });

  it("are refused by name where they are another cluster's, and the rest of the group is taken", async () => {
    const group = [
      labelled('there-1', 'two-clusters', { cluster: 'staging-us' }),
      labelled('here-1', 'two-clusters', { cluster: 'test' }),
      labelled('here-2', 'two-clusters', {}),
    ];
    const answer = await post(app, webhook(group));
    expect(answer).toMatchObject({
      status: 200,
      json: {
        received: 3,
        refused: { count: 1, alerts: [{ fingerprint: 'there-1', reason: expect.stringContaining('staging-us') }] },
      },
    });
    expect((await about('two-clusters')).map(prints)).toEqual([['here-1', 'here-2']]);
  });

  it('are noted in the open incident of their workload, and open none, where their severity is info or none', async () => {
    const quiet = labelled('quiet-1', 'quiet-api', { severity: 'info', alertname: 'CPUThrottlingHigh' });
    expect(await post(app, webhook([quiet]))).toMatchObject({ json: { incidents: [], noted: { count: 1 } } });
    expect(await about('quiet-api')).toEqual([]);
    await post(app, webhook([rawAlert('loud-1', 'quiet-api')]));
    await post(app, webhook([quiet, { ...quiet }]));
    const [incident] = await about('quiet-api');
    expect(prints(incident)).toEqual(['loud-1']);
    expect(incident?.timeline.filter(({ message }) => message.includes('CPUThrottlingHigh'))).toHaveLength(1);
  });

  it('are none at all where they only say that Alertmanager lives or hold others back', async () => {
    const labels = (alertname: string) => ({
      labels: { alertname, severity: 'none', namespace: 'shop', pod: 'beat-api-0' },
    });
    const answer = await post(
      app,
      webhook([rawAlert('beat-1', '', labels('Watchdog')), rawAlert('beat-2', '', labels('InfoInhibitor'))]),
    );
    expect(answer).toMatchObject({
      status: 200,
      json: { received: 2, incidents: [], heartbeats: 1, noted: { count: 1 } },
    });
    expect(await about('beat-api')).toEqual([]);
  });

  it('say that no alert may come, once the one that always fires has ended, and that they come again', async () => {
    const watchdog = rawAlert('beat-3', '', { labels: { alertname: 'Watchdog', severity: 'none' } });
    await post(app, webhook([resolved(watchdog)]));
    const missed = async () => (await about('alerting/alertmanager'))[0];
    await expect.poll(missed, { timeout: 10_000, interval: 50 }).toMatchObject({
      namespace: '',
      entity: { kind: 'Alerting' },
      alerts: [{ name: 'HeartbeatMissed', status: 'firing' }],
    });
    await post(app, webhook([watchdog]));
    await expect.poll(missed, { timeout: 10_000, interval: 50 }).toMatchObject({ alerts: [{ status: 'resolved' }] });
  });
});

describe('an alert that does not say what it is about', () => {
  it('without a namespace opens an incident that only tells', async () => {
    const labels = { alertname: 'Mystery', severity: 'critical' };
    const answer = await post(app, webhook([rawAlert('nobody-1', '', { labels })]));
    expect(answer).toMatchObject({ status: 200, json: { received: 1 } });
    const [incident] = await about('alert:Mystery');
    expect(incident).toMatchObject({ namespace: '', alerts: [{ fingerprint: 'nobody-1' }], options: [] });
    expect(answer.json.incidents).toEqual([incident?.id]);
  });

  it('with a namespace but no workload stays apart from other namespaces', async () => {
    const vague = (fingerprint: string, namespace: string) =>
      rawAlert(fingerprint, '', { labels: { alertname: 'QuotaFull', namespace } });
    await post(app, webhook([vague('quota-1', 'shop'), vague('quota-2', 'bank'), vague('quota-3', 'shop')]));
    const kept = await about('alert:QuotaFull');
    expect(kept.map((one) => [one.namespace, prints(one)]).sort()).toEqual([
      ['bank', ['quota-2']],
      ['shop', ['quota-1', 'quota-3']],
    ]);
  });

  it('without any label is taken all the same, twice as one', async () => {
    const bare = { status: 'firing', startsAt: STARTED };
    const answers = [await post(app, webhook([bare])), await post(app, webhook([bare]))];
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    expect(new Set(answers.flatMap((answer) => answer.json.incidents)).size).toBe(1);
    expect(await about('alert:(no name)')).toHaveLength(1);
  });
});

describe('a webhook that is not taken', () => {
  const kept = async () => (await keptIncidents(redis.url)).length;
  const alert = rawAlert('refused-1', 'refused-api');

  it.each([
    ['missing', {}],
    ['wrong', { authorization: 'Bearer another-token' }],
    ['of another kind', { authorization: `Basic ${TOKEN}` }],
    ['only begun', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['empty', { authorization: 'Bearer ' }],
  ])('answers 401 when the bearer token is %s', async (_what, headers) => {
    const answer = await post(app, webhook([alert]), { 'content-type': 'application/json', ...headers });
    expect(answer.status).toBe(401);
    expect(answer.json.error).toContain('ALERTMANAGER_TOKEN');
    expect(await about('refused-api')).toEqual([]);
  });

  it('answers 400 to 1,001 alerts, naming the limit, and keeps none of them', async () => {
    const before = await kept();
    const answer = await post(app, webhook(numbered(1_001).map((n) => rawAlert(`x-${n}`, `x-${n}-api`))));
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatch(/^alerts: .*1000/);
    expect(await kept()).toBe(before);
  });

  it.each([1, 1024 * 1024])('answers 413 to a body that is %i bytes over 5 MB', async (over) => {
    const text = JSON.stringify(webhook([alert]));
    const answer = await post(app, text + ' '.repeat(5 * 1024 * 1024 + over - text.length));
    expect(answer.status).toBe(413);
    expect(answer.json.error).toContain('max_alerts');
    expect(await about('refused-api')).toEqual([]);
  });

  it.each(['3', '5', 'x'])('answers 422 to version %s, naming it', async (version) => {
    const answer = await post(app, webhook([alert], { version }));
    expect(answer.status).toBe(422);
    expect(answer.json.error).toContain(`"${version}"`);
  });

  it.each([
    ['a stray word', '{"version": "4",\n "alerts": [nothing]}', /nothing|line 2/],
    ['a missing comma', '{"version": "4"\n "alerts": []}', /line 2 column 2/],
    ['an end too soon', '{"version": "4", "alerts": [', /end of JSON|line 1/],
    ['an empty body', '', /end of JSON/],
  ])('answers 400 to JSON with %s, naming the place', async (_what, text, place) => {
    const answer = await post(app, text);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatch(/^the body is not JSON: /);
    expect(answer.json.error).toMatch(place);
  });

  it('answers 400 to a wrong field, naming it, and keeps none of the body', async () => {
    const answer = await post(app, webhook([alert, { ...alert, status: 'pending' }]));
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatch(/^alerts\[1\]\.status: /);
    expect(await about('refused-api')).toEqual([]);
  });

  it('answers 405 to other methods', async () => {
    const answer = await fetch(`${app.url}/webhooks/alertmanager`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
    await answer.arrayBuffer();
  });
});
