import { describe, expect, it } from 'vitest';
import { playbookFor, playbookKey } from '../../src/domain/playbook.ts';
import type { Playbook } from '../../src/domain/types/playbook.ts';
import { diagnosisOf } from './examples.ts';

const verify = { withinMs: 1, steadyMs: 1 };
const playbook = (issue: string, cause?: string): Playbook => ({ issue, cause, title: '', steps: [], verify });
const playbooks = new Map(
  [playbook('high_latency'), playbook('high_latency', 'rollout'), playbook('crash_loop', 'rollout')].map((one) => [
    playbookKey(one),
    one,
  ]),
);
const chosen = (kind: string, what: string, named = true) => {
  const { issue, causes } = diagnosisOf();
  const found = playbookFor(
    playbooks,
    diagnosisOf({ issue: { ...issue, kind }, causes: [{ ...causes[0]!, what }], named }),
    0,
  );
  return found && playbookKey(found);
};

describe('the playbook for a diagnosis', () => {
  it('is that of the named cause, else that of the issue', () => {
    expect(chosen('high_latency', 'rollout')).toBe('high_latency/rollout');
    expect(chosen('high_latency', 'overload')).toBe('high_latency');
    expect(chosen('high_latency', 'rollout', false)).toBe('high_latency');
    expect(chosen('crash_loop', 'overload')).toBeNull();
  });
});

describe('a playbook with conditions', () => {
  const of = (one: Partial<Playbook>): Playbook => ({ issue: 'crash_loop', title: '', steps: [], verify, ...one });
  const pick = (all: Playbook[], severity = 1, now = Date.UTC(2026, 0, 5, 12)) => {
    const { issue, causes } = diagnosisOf();
    const entity = { ...causes[0]!.entity, kind: 'StatefulSet' as const };
    const diagnosis = diagnosisOf({
      issue: { ...issue, kind: 'crash_loop', severity },
      causes: [{ ...causes[0]!, entity, what: 'rollout' }],
      named: true,
    });
    return playbookFor(new Map(all.map((one) => [playbookKey(one), one])), diagnosis, now)?.title;
  };
  const plain = of({ title: 'plain' });

  it('counts where they hold, and before one with fewer', () => {
    expect(pick([plain, of({ title: 'owner', when: { owner: ['StatefulSet'] } })])).toBe('owner');
    expect(pick([plain, of({ title: 'owner', when: { owner: ['DaemonSet'] } })])).toBe('plain');
    const severe = of({ title: 'severe', when: { severity: { from: 2, below: 5 } } });
    expect([1, 2, 5].map((severity) => pick([plain, severe], severity))).toEqual(['plain', 'severe', 'plain']);
  });

  it('by the clocks of its zone, over midnight too', () => {
    const time = { fromMin: 22 * 60, toMin: 6 * 60, days: [5], zone: 'Europe/Berlin' };
    const night = of({ title: 'night', when: { time } });
    const at = (day: number, hour: number) => pick([plain, night], 1, Date.UTC(2026, 0, day, hour));
    // Friday the 9th, 22:00 in Berlin is 21:00 UTC; Saturday 05:00 there still belongs to Friday's night.
    expect([at(9, 20), at(9, 21), at(10, 4), at(10, 5), at(10, 22)]).toEqual([
      'plain',
      'night',
      'night',
      'plain',
      'plain',
    ]);
  });

  it('for any issue comes after one of its own', () => {
    const any = of({ issue: '*', cause: 'rollout', title: 'any' });
    expect(pick([any, plain])).toBe('plain');
    expect(pick([any])).toBe('any');
  });
});
