import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parsePagerDutyWebhook } from '../../../src/adapters/pagerduty/webhook.ts';

const SECRET = 'webhook-secret';
const sign = (body: Buffer, secret = SECRET) => `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;

function webhook(type: string, over: object = {}): Buffer {
  const event = {
    id: '5ac64822-4adc-4fda-ade0-410becf0de4f',
    event_type: type,
    resource_type: 'incident',
    occurred_at: '2026-11-20T03:05:00.000Z',
    agent: { id: 'PLH1HKV', summary: 'Someone on call', type: 'user_reference' },
    client: { name: 'PagerDuty' },
    data: {
      id: 'PGR0VU2',
      type: 'incident',
      number: 8812,
      status: 'acknowledged',
      incident_key: 'nightshift-prod-eu-INC-241',
      html_url: 'https://acme.pagerduty.example/incidents/PGR0VU2',
      title: 'x',
    },
    ...over,
  };
  return Buffer.from(JSON.stringify({ event }));
}

describe('a webhook', () => {
  it('says what happened to which page, by whom and when', () => {
    const body = webhook('incident.acknowledged');
    expect(parsePagerDutyWebhook(body, sign(body), SECRET)).toEqual({
      ok: true,
      event: {
        type: 'acknowledged',
        dedupKey: 'nightshift-prod-eu-INC-241',
        by: 'Someone on call',
        at: Date.UTC(2026, 10, 20, 3, 5),
        number: 8812,
        url: 'https://acme.pagerduty.example/incidents/PGR0VU2',
        note: null,
      },
    });
    const types = ['triggered', 'unacknowledged', 'resolved', 'reopened'].map((type) => {
      const one = webhook(`incident.${type}`);
      const parsed = parsePagerDutyWebhook(one, sign(one), SECRET);
      return parsed.ok && parsed.event.type;
    });
    expect(types).toEqual(['triggered', 'unacknowledged', 'resolved', 'reopened']);
  });

  it('of a kind that isn’t about an incident’s course is read as other', () => {
    for (const body of [
      webhook('service.updated', { agent: null, data: null }),
      webhook('incident.delegated', { data: { id: 'P1', type: 'incident_delegation' } }),
    ])
      expect(parsePagerDutyWebhook(body, sign(body), SECRET)).toMatchObject({
        ok: true,
        event: { type: 'other', dedupKey: null },
      });
  });

  it('is taken when one of its signatures fits, as while a secret is changed', () => {
    const body = webhook('incident.resolved');
    expect(parsePagerDutyWebhook(body, `${sign(body, 'old')},${sign(body)}`, SECRET).ok).toBe(true);
  });

  it('is refused without a signature that fits the raw body', () => {
    const body = webhook('incident.acknowledged');
    const bad = [
      undefined,
      '',
      'v1=',
      `v0=${sign(body).slice(3)}`,
      sign(body, 'another'),
      sign(Buffer.concat([body, Buffer.from(' ')])),
      `${sign(body)}00`,
      'v1=zz',
    ];
    for (const signature of bad)
      expect(parsePagerDutyWebhook(body, signature, SECRET)).toEqual({ ok: false, reason: 'bad_signature' });
  });

  it('that is signed and isn’t what it should be is refused by name', () => {
    const text = Buffer.from('{');
    expect(parsePagerDutyWebhook(text, sign(text), SECRET)).toEqual({ ok: false, reason: 'bad_json' });
    const other = Buffer.from('{"messages":[]}');
    expect(parsePagerDutyWebhook(other, sign(other), SECRET)).toEqual({ ok: false, reason: 'bad_shape' });
  });

  it.each([
    { summary: 'Nightshift', type: 'events_api_v2_inbound_integration_reference' },
    { summary: 'payment', type: 'service_reference' },
    null,
  ])('of %j is no person’s', (agent) => {
    const body = webhook('incident.resolved', { agent });
    expect(parsePagerDutyWebhook(body, sign(body), SECRET)).toMatchObject({ ok: true, event: { by: null } });
  });
});
