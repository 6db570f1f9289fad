import { describe, expect, it } from 'vitest';
import { callMessage } from '../../src/adapters/slack/views/question.ts';
import { channelRulesOf, nightOf } from '../../src/app/policy.ts';
import { Settings } from '../../src/app/settings.ts';
import { callsWanted } from '../../src/domain/person-calls.ts';
import { channelFor, mayWake } from '../../src/domain/routing.ts';
import { context, incident } from '../adapters/slack/incidents.ts';

/** Where an incident is posted, and whom it may wake. */

const settings = Settings.parse({
  channels: [
    { channel: 'C0PAY', namespaces: ['shop'], labels: { team: 'payments' } },
    { channel: '#loud', severities: ['critical'] },
    { channel: 'C0SHOP', namespaces: ['shop'] },
  ],
  night: { timezone: 'Europe/Berlin', from: '22:00', to: '07:00' },
});
const [first] = incident().alerts;
const alerted = (labels: Record<string, string>, over: Partial<ReturnType<typeof incident>> = {}) =>
  incident({ alerts: [{ ...first!, labels }], ...over });
const rules = channelRulesOf(settings);
const night = nightOf(settings);

describe('a channel', () => {
  it('is that of the first rule that fits the one that hurts', () => {
    expect(channelFor(rules, alerted({ severity: 'critical', team: 'payments' }))).toBe('C0PAY');
    expect(channelFor(rules, alerted({ severity: 'critical' }))).toBe('#loud');
    expect(channelFor(rules, alerted({ severity: 'warning' }))).toBe('C0SHOP');
    expect(channelFor(rules, alerted({ severity: 'warning' }, { namespace: 'other' }))).toBeNull();
    expect(channelFor([], alerted({}))).toBeNull();
  });
});

describe('at night', () => {
  const at = (text: string) => Date.parse(text);
  it('only what is loud enough mentions or pages, by the clocks of those who sleep', () => {
    // 23:30 in Berlin.
    const late = at('2026-12-01T22:30:00Z');
    expect(mayWake(night, alerted({ severity: 'warning' }), late, 'mention')).toBe(false);
    expect(mayWake(night, alerted({ severity: 'error' }), late, 'mention')).toBe(true);
    expect(mayWake(night, alerted({ severity: 'error' }), late, 'page')).toBe(false);
    expect(mayWake(night, alerted({ severity: 'critical' }), late, 'page')).toBe(true);
    // 07:00 there.
    expect(mayWake(night, alerted({ severity: 'warning' }), at('2026-12-01T06:00:00Z'), 'page')).toBe(true);
    expect(mayWake(null, alerted({ severity: 'warning' }), late, 'page')).toBe(true);
  });

  it('the post is there, and mentions nobody', () => {
    const one = incident();
    const [call] = callsWanted(one);
    const quiet = callMessage(one, call!, context({ noMention: true }));
    expect(JSON.stringify(quiet)).not.toMatch(/<@|<!here>|named above/);
    expect(JSON.stringify(callMessage(one, call!, context()))).toContain('<@U_ONCALL>');
  });
});
