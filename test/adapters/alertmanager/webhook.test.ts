import { describe, expect, it } from 'vitest';
import { fingerprintOf, parseWebhook } from '../../../src/adapters/alertmanager/webhook.ts';

const NOW = Date.parse('2026-03-01T03:00:00Z');
const firing = {
  status: 'firing',
  labels: { alertname: 'HighLatency', namespace: 'shop', deployment: 'payment-api', severity: 'critical' },
  annotations: { summary: 'p99 is 3 s' },
  startsAt: '2026-03-01T02:58:30.5Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus/graph?g0.expr=up',
  fingerprint: 'a1b2c3d4e5f60718',
};
const body = (alerts: unknown[], rest: Record<string, unknown> = {}) => ({
  version: '4',
  groupKey: '{}:{alertname="HighLatency"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'nightshift',
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager',
  alerts,
  ...rest,
});

describe('a webhook of Alertmanager', () => {
  it('becomes alerts, firing ones without an end', () => {
    expect(parseWebhook(body([firing], { truncatedAlerts: 3 }), NOW)).toEqual({
      ok: true,
      truncated: 3,
      muted: [],
      alerts: [
        {
          fingerprint: 'a1b2c3d4e5f60718',
          name: 'HighLatency',
          status: 'firing',
          labels: firing.labels,
          annotations: firing.annotations,
          startsAt: Date.parse('2026-03-01T02:58:30.5Z'),
          endsAt: null,
          generatorUrl: firing.generatorURL,
          source: 'alertmanager',
        },
      ],
    });
  });

  it('keeps the end of a resolved alert', () => {
    const parsed = parseWebhook(body([{ ...firing, status: 'resolved', endsAt: '2026-03-01T02:59:00Z' }]), NOW);
    expect(parsed.ok && parsed.alerts[0]).toMatchObject({
      status: 'resolved',
      endsAt: Date.parse('2026-03-01T02:59:00Z'),
    });
  });

  it('takes firing and resolved alerts in one body', () => {
    const parsed = parseWebhook(body([firing, { ...firing, status: 'resolved', fingerprint: 'b' }]), NOW);
    expect(parsed.ok && parsed.alerts.map((alert) => alert.status)).toEqual(['firing', 'resolved']);
  });

  it('works out a missing fingerprint from the labels, whatever their order', () => {
    const { fingerprint: _, ...bare } = firing;
    const turned = { ...bare, labels: Object.fromEntries(Object.entries(firing.labels).reverse()) };
    const parsed = parseWebhook(body([bare, turned, { ...bare, labels: { ...firing.labels, pod: 'x' } }]), NOW);
    const prints = parsed.ok ? parsed.alerts.map((alert) => alert.fingerprint) : [];
    expect(prints[0]).toBe(fingerprintOf(firing.labels));
    expect(prints[1]).toBe(prints[0]);
    expect(prints[2]).not.toBe(prints[0]);
  });

  it('tolerates alerts without labels, annotations and times', () => {
    const parsed = parseWebhook(
      body([{ status: 'firing' }, { status: 'firing', labels: null, startsAt: '0001-01-01T00:00:00Z' }]),
      NOW,
    );
    expect(parsed).toMatchObject({
      ok: true,
      alerts: [{ name: '(no name)', labels: {}, startsAt: NOW }, { startsAt: NOW }],
    });
  });

  it('bounds the text that it takes', () => {
    const labels = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`label_${n}`, 'x'.repeat(5_000)]));
    const parsed = parseWebhook(body([{ ...firing, labels }]), NOW);
    const taken = parsed.ok ? Object.values(parsed.alerts[0]?.labels ?? {}) : [];
    expect(taken).toHaveLength(64);
    expect(Math.max(...taken.map((text) => text.length))).toBe(1_024);
  });

  it('takes 1,000 alerts and no more', () => {
    const many = (count: number) => parseWebhook(body(Array.from({ length: count }, () => firing)), NOW);
    expect(many(1_000)).toMatchObject({ ok: true });
    expect(many(1_001)).toMatchObject({ ok: false, status: 400, message: expect.stringContaining('at most 1000') });
  });

  it('takes an empty group', () => {
    expect(parseWebhook(body([]), NOW)).toEqual({ ok: true, alerts: [], muted: [], truncated: 0 });
  });

  it.each(['1', '4', 4, 1, undefined])('takes version %s', (version) => {
    expect(parseWebhook({ version, alerts: [firing] }, NOW)).toMatchObject({
      ok: true,
      alerts: [{ name: 'HighLatency' }],
    });
  });

  it('refuses other versions by name', () => {
    for (const version of ['3', '5', 4.5])
      expect(parseWebhook(body([firing], { version }), NOW)).toMatchObject({
        ok: false,
        status: 422,
        message: expect.stringContaining(`version "${version}"`),
      });
  });

  it("takes Grafana's own", () => {
    const { status: _, ...common } = body([]);
    const grafana = {
      ...common,
      orgId: 1,
      state: 'alerting',
      title: '[FIRING:1] Errors',
      version: '1',
      alerts: [
        {
          ...firing,
          values: { A: 22.8 },
          valueString: '[ value=22.8 ]',
          silenceURL: 'https://g/silence',
          dashboardURL: '',
        },
      ],
    };
    expect(parseWebhook(grafana, NOW)).toMatchObject({ ok: true, alerts: [{ name: 'HighLatency', status: 'firing' }] });
  });

  it("takes what is sent to Alertmanager's own API: a bare list, whose ends say what fires", () => {
    const { status: _, fingerprint: __, ...posted } = firing;
    const list = [
      { ...posted, endsAt: '2026-03-01T03:04:00Z' },
      { ...posted, endsAt: '2026-03-01T02:59:30Z' },
      { ...posted, endsAt: undefined },
      { ...posted, status: { state: 'active', silencedBy: [], inhibitedBy: [] }, endsAt: '2026-03-01T03:04:00Z' },
    ];
    const parsed = parseWebhook(list, NOW);
    expect(parsed.ok && parsed.alerts.map(({ status, endsAt }) => [status, endsAt])).toEqual([
      ['firing', null],
      ['resolved', Date.parse('2026-03-01T02:59:30Z')],
      ['firing', null],
      ['firing', null],
    ]);
  });

  it('keeps apart what is silenced there', () => {
    const list = [{ ...firing, status: { state: 'suppressed', silencedBy: ['x'] } }];
    expect(parseWebhook(list, NOW)).toMatchObject({ ok: true, alerts: [], muted: [{ name: 'HighLatency' }] });
  });

  it('takes a group of none that Go wrote as null', () => {
    expect(parseWebhook({ ...body([]), alerts: null }, NOW)).toMatchObject({ ok: true, alerts: [] });
  });

  it('leaves no half of a character, at the cut or before', () => {
    const labels = { alertname: `${'x'.repeat(1_022)}💥💥`, broken: 'a\ud83d', fire: '💥'.repeat(600) };
    const parsed = parseWebhook(body([{ ...firing, labels }]), NOW);
    const taken = parsed.ok ? Object.values(parsed.alerts[0]!.labels) : [];
    expect(taken.every((text) => text.isWellFormed() && text.length <= 1_024)).toBe(true);
    expect(taken[0]!.endsWith('x…')).toBe(true);
  });

  it.each([
    ['alerts', { version: '4' }],
    ['alerts[1].status', body([firing, { ...firing, status: 'pending' }])],
    ['alerts[0].startsAt', body([{ ...firing, startsAt: 'yesterday' }])],
    ['alerts[0].labels', body([{ ...firing, labels: ['a'] }])],
    ['body', 'text'],
    ['body', null],
    ['alerts[0].startsAt', [{ ...firing, startsAt: 'yesterday' }]],
  ])('names the field that is wrong: %s', (field, wrong) => {
    const parsed = parseWebhook(wrong, NOW);
    expect(parsed).toMatchObject({ ok: false, status: 400 });
    expect(!parsed.ok && parsed.message.startsWith(`${field}: `)).toBe(true);
  });
});

describe('secrets in an alert', () => {
  it('are taken out of labels, annotations and the address of its rule before anything keeps them', () => {
    const body = {
      version: '4',
      alerts: [
        {
          status: 'firing',
          labels: { alertname: 'X', db_password: 'c4n4ry-1' },
          annotations: { summary: 'GET https://u:c4n4ry-2@shop/?token=c4n4ry-3 failed, password=c4n4ry-4' },
          generatorURL: 'http://admin:c4n4ry-5@prometheus:9090/graph?g0.expr=up',
        },
      ],
    };
    const parsed = parseWebhook(body, 0);
    expect(JSON.stringify(parsed)).not.toContain('c4n4ry');
    expect(parsed).toMatchObject({
      ok: true,
      alerts: [{ generatorUrl: 'http://***@prometheus:9090/graph?g0.expr=up' }],
    });
  });
});
