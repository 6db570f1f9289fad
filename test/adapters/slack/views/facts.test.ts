import { describe, expect, it } from 'vitest';
import { explanationBlocks } from '../../../../src/adapters/slack/views/explanation.ts';
import { factLines } from '../../../../src/adapters/slack/views/facts.ts';
import { untold } from '../../../../src/adapters/slack/views/step.ts';
import { troubleLines } from '../../../../src/adapters/slack/views/trouble.ts';
import type { Finding } from '../../../../src/domain/types/finding.ts';
import { withoutSubject } from '../../../../src/domain/without-subject.ts';
import { diagnosis, incident, MIN, plan, T0 } from '../incidents.ts';

const finding = (what: string, minutes: number, over: Partial<Finding> = {}): Finding => ({
  kind: 'state',
  about: { kind: 'Deployment', namespace: 'shop', name: 'ledger-db' },
  at: T0 + minutes * MIN,
  what,
  message: `Deployment ledger-db: ${what}`,
  strength: 0.9,
  ...over,
});
const factsOf = (findings: Finding[], reasons: string[] = []) => {
  const [first] = diagnosis().causes;
  const one = incident({ diagnosis: diagnosis({ findings, causes: [{ ...first!, reasons }] }) });
  return factLines(one).map((line) =>
    line.replaceAll(/<!date\^(\d+)[^>]*>/g, (_, at) => `${(Number(at) * 1000 - T0) / MIN}`),
  );
};

describe('the facts below the cause', () => {
  it('are at most three, with their times, without the name that was just said', () => {
    const pod = { kind: 'Pod' as const, namespace: 'shop', name: 'ledger-db-7d9f8c6b5-x2x2x' };
    const told = factsOf([
      finding('crash_loop', -1, { about: pod, message: 'Pod ledger-db-7d9f8c6b5-x2x2x: container app keeps crashing' }),
      finding('crash_loop', 0, {
        about: { ...pod, name: 'ledger-db-7d9f8c6b5-y2y2y' },
        message: 'Pod ledger-db-7d9f8c6b5-y2y2y: the same',
        strength: 0.8,
      }),
      finding('rollout', -2, { kind: 'change', strength: 0.99 }),
      finding('budget', -3, { strength: 0.2 }),
    ]);
    expect(told).toEqual(['• -2  rollout', '• -1  container app keeps crashing']);
  });

  it('come in the order that convinces: the change, the failing container, its last words; no second change or figure pushes one of them out', () => {
    const pod = { kind: 'Pod' as const, namespace: 'shop', name: 'ledger-db-7d9f8c6b5-x2x2x' };
    const findings = [
      finding('latency', -9, { kind: 'anomaly', strength: 1 }),
      finding('budget', -8, { strength: 0.97 }),
      finding('log_error', -1, { kind: 'log', about: pod, message: 'fatal: no such table', strength: 0.7 }),
      finding('config_change', -3, { kind: 'change', strength: 0.8 }),
      finding('crash_loop', -2, { about: pod, message: 'container app keeps crashing', strength: 0.75 }),
      finding('rollout', -4, { kind: 'change', strength: 0.6 }),
    ];
    expect(factsOf(findings)).toEqual([
      '• -3  config_change',
      '• -2  container app keeps crashing',
      '• -1  fatal: no such table',
    ]);
    const without = findings.filter(({ kind }) => kind !== 'log');
    expect(factsOf(without)).toEqual(['• -3  config_change', '• -2  container app keeps crashing', '• -9  latency']);
  });

  it('are of the cause alone, and filled up with reasons that have no time', () => {
    const other = { kind: 'Deployment' as const, namespace: 'shop', name: 'web' };
    const told = factsOf(
      [finding('rollout', -2), finding('latency', -1, { about: other }), finding('unusual', -1)],
      ['Deployment ledger-db: rollout', 'cpu 30 % → 99 %', 'web depends on it', 'nothing that it calls is abnormal'],
    );
    expect(told).toEqual(['• -2  rollout', '• cpu 30 % → 99 %', '• web depends on it']);
  });

  it('lose a name only where it is the very one', () => {
    expect(withoutSubject('Deployment web: revision 3', 'web')).toBe('revision 3');
    expect(withoutSubject('web is slow: p99 2 s', 'web')).toBe('p99 2 s');
    expect(withoutSubject('Log of web-7d9f8c6b5-x2x2x: fatal: x', 'web')).toBe('log: fatal: x');
    expect(withoutSubject('Log of web-7d9f8c6b5-x2x2x: ts=2026-11-25T18:22:36.000Z level=fatal', 'web')).toBe(
      'log: level=fatal',
    );
    expect(withoutSubject('webshop: 2 pods', 'web')).toBe('webshop: 2 pods');
    expect(withoutSubject('Deployment web-db: revision 3', 'web')).toBe('Deployment web-db: revision 3');
    expect(withoutSubject('latency 23 ms → 10 s', 'web')).toBe('latency 23 ms → 10 s');
  });
});

describe('a step’s changes', () => {
  it('are those that its summary doesn’t tell', () => {
    const template = { path: 'spec.template', before: 'revision 3 (a)', after: 'revision 2 (b)' };
    const image = { path: 'spec.template.spec.containers[app].image', before: 'a:2', after: 'a:1' };
    expect(untold(plan({ changes: [template, image], summary: 'Roll a back (a:2 → a:1)' }))).toEqual([]);
    expect(untold(plan({ changes: [template, image], summary: 'Roll a back' }))).toEqual([image]);
    expect(untold(plan({ changes: [template], summary: 'Roll a back' }))).toEqual([template]);
    const replicas = { path: 'spec.replicas', before: '3', after: '5' };
    expect(untold(plan({ changes: [replicas], summary: 'Scale a from 3 to 5 replicas' }))).toEqual([]);
    expect(untold(plan({ changes: [replicas], summary: 'Scale a-3 from 13 to 15' }))).toEqual([replicas]);
  });
});

describe('what hurts', () => {
  const own = finding('latency', -1, {
    kind: 'anomaly',
    about: { kind: 'Deployment', namespace: 'shop', name: 'payment-api' },
    message: 'payment-api: p99 latency stepped from 240 ms to 10 s',
  });
  const unusual = {
    ...own,
    what: 'unusual',
    message: 'payment-api: its metrics together are unusual, most of all CPU 25 %',
    strength: 1,
  };
  const linesOf = (issueWords: string, findings: Finding[], measured = true) =>
    troubleLines(
      incident({
        diagnosis: diagnosis({
          issue: { kind: 'high_latency', severity: 10, unit: 's', message: issueWords },
          findings,
          measured,
        }),
      }),
    );

  it('comes first with its own figure, then that of the cause, each named once', () => {
    expect(linesOf('ledger-db is slow: p99 10 s', [own]).slice(0, 2)).toEqual([
      'p99 latency stepped from 240 ms to 10 s',
      'ledger-db is slow: p99 10 s',
    ]);
    expect(linesOf('payment-api is slow: p99 10 s', [own]).slice(0, 2)).toEqual([
      'p99 10 s',
      'p99 latency stepped from 240 ms to 10 s',
    ]);
  });

  it('is not that all metrics together are unusual, unless nothing better is known', () => {
    expect(linesOf('payment-api: 2 pods keep crashing', [unusual]).join()).not.toContain('unusual');
    expect(linesOf('payment-api is in trouble', [unusual], false).join()).toContain('its metrics together are unusual');
    expect(linesOf('payment-api is slow: p99 10 s', [unusual, own]).join()).not.toContain('unusual');
  });
});

describe('the evidence in Why?', () => {
  it('is told once, however often it was seen, and is never quite sure', () => {
    const seen = [1, 2, 3].map((minute) =>
      finding('latency', minute, { kind: 'anomaly', message: 'p99 10 s', strength: 1 }),
    );
    const [, blocks] = JSON.stringify(
      explanationBlocks(incident({ diagnosis: diagnosis({ findings: seen }) }), []),
    ).split('*Evidence*');
    expect(blocks?.match(/p99 10 s/g)).toHaveLength(1);
    expect(blocks).toContain('stands out clearly');
  });
});
