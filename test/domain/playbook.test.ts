import { describe, expect, it } from 'vitest';
import { playbookFor, playbookKey } from '../../src/domain/playbook.ts';
import type { Playbook } from '../../src/domain/types.ts';
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
