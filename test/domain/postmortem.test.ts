import { describe, expect, it } from 'vitest';
import type { Incident, TimelineEntry } from '../../src/domain/incident.ts';
import { type PostMortem, postMortemMarkdown } from '../../src/domain/postmortem.ts';
import { diagnosisOf, executionOf, incidentOf, planOf, recommendationOf, T0 } from './examples.ts';

/** As `/api/incidents/:id` answers. */
const postMortemOf = (incident: Incident, timeline: TimelineEntry[]): PostMortem => ({
  ...incident,
  outcome: incident.state.name === 'closed' ? incident.state.outcome : null,
  why: incident.state.name === 'closed' ? incident.state.why : '',
  timeline,
  skipped: incident.skippedSteps,
  seen: incident.seen ?? null,
});

const entry = (type: TimelineEntry['type'], message: string, by: string | null = null): TimelineEntry => ({
  ...{ at: T0, type, message, by, from: 'noticed', to: 'closed' },
});
const run = (id: string, verdict: 'recovered' | 'unchanged', summary: string) =>
  executionOf({
    id,
    recommendation: recommendationOf({
      plan: planOf({ summary, diff: '-  image: a:2\n+  image: a:1\n+  PASSWORD=hunter2hunter2' }),
    }),
    result: 'done',
    changed: true,
    verification: { verdict, at: T0 + 60_000, message: `looked: ${verdict}` },
  });
const incident = incidentOf({
  diagnosis: diagnosisOf({
    findings: [
      {
        kind: 'event',
        about: { kind: 'Pod', namespace: 'shop', name: 'payment-api-1' },
        at: T0,
        what: 'crash_loop',
        message: 'crashed 4 times',
        strength: 0.9,
      },
    ],
  }),
  executions: [run('a', 'unchanged', 'Restart payment-api'), run('b', 'recovered', 'Roll payment-api back')],
  state: { name: 'closed', outcome: 'healed', why: 'all is well' },
  closedAt: T0 + 300_000,
  skippedSteps: [{ action: 'scale_horizontal', reason: 'low_confidence', message: 'confidence 0.4 is under 0.7' }],
});
const sections = (markdown: string) =>
  Object.fromEntries(markdown.split('\n## ').map((part) => [part.split('\n')[0], part]));

describe('a post-mortem', () => {
  it('has the timeline, the evidence, the change, the deciders, what was in vain, what stands and what is open', () => {
    const text = postMortemMarkdown(postMortemOf(incident, [entry('approved', 'Approved', 'U_ONCALL')]), [
      { file: 'INC-1-graph.png', altText: 'payment-api and its callers' },
    ]);
    const parts = sections(text);
    expect(text).toContain('ended as **healed**, 5 min after it began');
    expect(text).toContain('![payment-api and its callers](INC-1-graph.png)');
    expect(parts.Timeline).toContain('2026-03-01 03:00:00 Approved (U\\_ONCALL)');
    expect(parts.Cause).toContain('95 % Deployment shop/payment-api, rollout');
    expect(parts.Evidence).toContain('payment-api-1: crashed 4 times');
    expect(parts['What was changed']).toContain('+  image: a:1');
    expect(parts['Who decided what']).toContain('U\\_ONCALL: Approved');
    expect(parts['Tried in vain']).toContain('Restart payment-api: looked: unchanged');
    expect(parts['Tried in vain']).toContain('not tried: scale\\_horizontal');
    expect(parts['Still in place']).toContain('Roll payment-api back (can be taken back)');
    expect(parts['Open questions']).toContain('None that');
  });

  it('asks what the records cannot say', () => {
    const human = incidentOf({
      diagnosis: diagnosisOf({ named: false }),
      state: { name: 'closed', outcome: 'healed_by_human', why: '' },
      closedAt: T0,
    });
    const open = sections(postMortemMarkdown(postMortemOf(human, [])))['Open questions'];
    expect(open).toContain('What was the cause?');
    expect(open).toContain('What did people do?');
  });

  it('is redacted as messages are, and no text from outside becomes markup', () => {
    const odd = postMortemOf(incident, [
      entry('noted', '[click](http://evil) <!channel> ![x](y) token=abcdefghijklmnop1234 postgres://u:secretpass@db/x'),
    ]);
    const text = postMortemMarkdown(odd);
    expect(text).not.toMatch(/hunter2hunter2|abcdefghijklmnop1234|secretpass/);
    expect(text).not.toMatch(/(?<!\\)\[click|(?<!\\)<!channel/);
  });
});
