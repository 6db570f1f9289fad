import type { KnownBlock } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBlocks, checkView } from '../../../../sandbox/chat/block-kit/check.ts';
import { explain } from '../../../../src/adapters/slack/explain.ts';
import { incidentMessage } from '../../../../src/adapters/slack/views/incident-message.ts';
import { listingLine } from '../../../../src/adapters/slack/views/listing.ts';
import type { Incident } from '../../../../src/domain/incident.ts';
import type { State } from '../../../../src/domain/incident-state.ts';
import { brokenLimits } from '../block-limits.ts';
import {
  context,
  diagnosis,
  EVERY_STATE,
  entry,
  execution,
  incident,
  OTHER,
  plan,
  recommendation,
  T0,
} from '../incidents.ts';

/** A word that wants to be markup, or a very long one. */
const nasty = fc.oneof(
  fc.constantFrom(
    '<!channel>',
    '<!here|x>',
    '<@U999>',
    '<http://evil.example|click>',
    '```',
    '*x*',
    '&&&&',
    '@everyone',
    '#general',
    '',
    ' ',
    '\n\n',
    '\u202eabc',
    ':fire:',
  ),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc
    .constantFrom('&', '<', 'x', 'é', '😀', '`', '_ ')
    .chain((piece) => fc.integer({ min: 0, max: 5_000 }).map((times) => piece.repeat(times))),
);
const number = fc.oneof(fc.double(), fc.constantFrom(0, -1, 1e300, Number.NaN, Number.POSITIVE_INFINITY, 0.5));
const instant = fc.oneof(fc.constant(T0), fc.integer({ min: -1e15, max: 1e16 }), fc.constant(Number.NaN));
const many = <T>(one: fc.Arbitrary<T>, most: number) => fc.array(one, { maxLength: most });

const hostilePlan = fc
  .record({
    summary: nasty,
    path: nasty,
    before: nasty,
    after: nasty,
    diff: nasty,
    note: nasty,
    message: nasty,
    reversible: fc.boolean(),
    changes: fc.nat(40),
    notes: fc.nat(20),
    digest: fc.string({ minLength: 16, maxLength: 64, unit: fc.constantFrom('a', 'b', '1', '2') }),
  })
  .map((one) =>
    plan({
      summary: one.summary,
      changes: Array.from({ length: one.changes }, () => ({ path: one.path, before: one.before, after: one.after })),
      diff: one.diff,
      notes: Array.from({ length: one.notes }, () => one.note),
      reversible: one.reversible,
      blastRadius: {
        level: 'high',
        podsAffected: 1e9,
        podsTotal: Number.NaN,
        services: Array(200).fill(one.message),
        message: one.message,
      },
      digest: one.digest,
    }),
  );

const hostileStep = fc.record({ plan: hostilePlan, value: number, word: nasty, count: fc.nat(30) }).map((one) =>
  recommendation({
    plan: one.plan,
    reasons: Array.from({ length: one.count }, () => one.word),
    confidence: {
      value: one.value,
      parts: Array.from({ length: one.count }, () => ({ name: one.word, value: one.value, message: one.word })),
      worked: one.count,
      tried: one.count,
    },
  }),
);

const hostileState = fc
  .record({
    state: fc.constantFrom(...EVERY_STATE),
    step: hostileStep,
    word: nasty,
    at: instant,
    outcome: fc.constantFrom('healed', 'self_healed', 'healed_by_human', 'false_alarm', 'escalated', 'undone'),
  })
  .map(({ state, step, word, at, outcome }): State => {
    switch (state.name) {
      case 'awaiting_approval':
        return {
          ...state,
          recommendation: step,
          planDigest: step.plan.digest,
          reason: word,
          deadline: at,
          held: { by: word, until: at },
        };
      case 'queued':
        return {
          ...state,
          recommendation: step,
          authority: { by: 'person', user: word, at },
          waiting: { code: 'locked', message: word },
          notAfter: at,
        };
      case 'executing':
        return { ...state, execution: execution({ recommendation: step, message: word }), progress: word };
      case 'verifying':
        return {
          ...state,
          execution: execution({ recommendation: step }),
          until: at,
          samples: [{ at, healthy: null, severity: null, worse: false, message: word }],
        };
      case 'undoing':
        return { ...state, execution: execution({ recommendation: step }), by: word };
      case 'escalated':
        return { ...state, why: word, acknowledgedBy: word || null, since: at };
      case 'watching':
        return { ...state, why: word, until: at };
      case 'closed':
        return { ...state, why: word, outcome: outcome as 'healed' };
      default:
        return state;
    }
  });

const hostileIncident: fc.Arbitrary<Incident> = fc
  .record({
    state: hostileState,
    steps: many(hostileStep, 12),
    name: nasty,
    word: nasty,
    at: instant,
    number,
    count: fc.nat(40),
    diagnosed: fc.boolean(),
    named: fc.boolean(),
  })
  .map(({ state, steps, name, word, at, number: value, count, diagnosed, named }) => {
    const repeat = <T>(one: T): T[] => Array.from({ length: count }, () => one);
    const finding = {
      kind: 'anomaly' as const,
      about: { kind: 'Pod' as const, namespace: name, name },
      at,
      what: word,
      message: word,
      strength: value,
      value: { observed: value, low: value, high: value, unit: word },
    };
    return incident({
      cluster: name,
      namespace: name,
      service: name,
      state,
      openedAt: at,
      closedAt: at,
      alerts: repeat({
        fingerprint: 'f',
        name,
        status: 'firing' as const,
        labels: { [word]: word },
        annotations: { summary: word },
        startsAt: at,
        endsAt: null,
        generatorUrl: word,
        source: 'alertmanager' as const,
      }),
      alertCount: count,
      anomalies: repeat(finding),
      diagnosis: diagnosed
        ? diagnosis({
            named,
            issue: { kind: word, severity: value, unit: word, message: word },
            causes: repeat({
              entity: { kind: 'Node' as const, namespace: name, name },
              what: word,
              probability: value,
              reasons: repeat(word),
            }),
            findings: [...repeat(finding), ...repeat({ ...finding, kind: 'change' as const })],
            handOver: {
              what: word,
              object: { kind: word, namespace: name, name },
              title: word,
              facts: repeat({ object: word, field: word, value: word }),
              should: word,
              command: word,
              owner: repeat(word),
              whose: word,
              inGit: word,
              changed: { by: word, at: value, ofField: true },
            },
            affected: {
              nodes: repeat({
                name,
                health: 'abnormal' as const,
                signs: [word],
                isSymptom: true,
                probability: value,
                cause: named,
              }),
              edges: repeat({ from: name, to: word }),
              more: count,
            },
          })
        : null,
      graph: { file: 'F1', of: word },
      options: [...steps, OTHER],
      skippedSteps: repeat({ action: name, reason: 'refused' as const, message: word }),
      executions: repeat(
        execution({
          message: word,
          authority: { by: 'person', user: word, at },
          undone: { at, ok: false, message: word },
        }),
      ),
      linked: repeat(name),
      feedback: count % 2 ? { user: word, right: true, at } : null,
    });
  });

const hostileContext = fc.record({ word: nasty, at: instant, count: fc.nat(60) }).map(({ word, at, count }) =>
  context({
    timeline: Array.from({ length: count }, () => entry({ message: word, by: word, at })),
    paused: { epoch: 1, paused: count % 2 === 0, by: word, reason: word, at, until: at },
    approvers: Array.from({ length: count }, () => word),
  }),
);

/** Tags that Slack would act on, and that no view of ours writes for outside text. */
const ACTED_ON = /<(?!!date\^|@[UW][A-Z0-9_]+>|!subteam\^S)/;

function marked(blocks: KnownBlock[]): string {
  const texts: string[] = [];
  JSON.stringify(blocks, (_key, value) => {
    if (value?.type === 'mrkdwn') texts.push(value.text);
    return value;
  });
  return texts.join('\n');
}

describe('whatever an incident holds', () => {
  it('its message is one that Slack takes', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(hostileIncident, hostileContext, (one, around) => {
        const message = incidentMessage(one, around);
        expect(brokenLimits(message.blocks)).toEqual([]);
        expect(checkBlocks(message.blocks, 'message')).toBeNull();
        expect(message.text.length).toBeLessThanOrEqual(1_000);
        expect(marked(message.blocks)).not.toMatch(ACTED_ON);
        expect(message.text).not.toMatch(ACTED_ON);
      }),
      { numRuns: 250 },
    );
  });

  it('its explanation is one that Slack takes, as a message and as a modal', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(hostileIncident, hostileContext, (one, around) => {
        const { modal, blocks, message } = explain(one, around.timeline);
        expect(brokenLimits(blocks)).toEqual([]);
        expect(checkBlocks(blocks, 'message')).toBeNull();
        expect(checkView(modal, 'modal')).toEqual([]);
        expect(marked(blocks)).not.toMatch(ACTED_ON);
        expect(message).not.toMatch(ACTED_ON);
      }),
      { numRuns: 150 },
    );
  });

  it('its line in a list is one bounded line', () => {
    fc.assert(
      fc.property(hostileIncident, (one) => {
        const line = listingLine(one);
        expect(line).not.toContain('\n');
        expect(line.length).toBeLessThan(900);
        expect(line).not.toMatch(ACTED_ON);
      }),
      { numRuns: 100 },
    );
  });
});
