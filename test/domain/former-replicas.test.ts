import { expect, it } from 'vitest';
import { declaredReplicas, replicasAtLastRollout, replicasBeforeZero } from '../../src/domain/former-replicas.ts';

it('reads how many there were from the newest event that scaled to zero', () => {
  const now = ['Scaled down replica set pay-7c9 from 3 to 0', 'Scaled down replica set pay-7c9 from 5 to 0'];
  expect(replicasBeforeZero(['Scaled up replica set pay-7c9 to 3 from 0', ...now])).toBe(3);
  expect(replicasBeforeZero(['Scaled down replica set pay-7c9 to 0 from 4'])).toBe(4);
  expect(replicasBeforeZero(['Scaled down replica set pay-7c9 from 30 to 05', ''])).toBeNull();
});

it('reads what was declared, and nothing of what is no JSON or no number', () => {
  const applied = (text: string) => ({
    metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': text } },
  });
  expect(declaredReplicas(applied('{"spec":{"replicas":4}}'))).toBe(4);
  for (const text of ['{"spec":{}}', '{"spec":{"replicas":0}}', '{"spec":{"replicas":"4"}}', '{'])
    expect(declaredReplicas(applied(text))).toBeNull();
});

it('reads the last rollout from the newest ReplicaSet of its own that remembers one', () => {
  const set = (day: number, owner: string, desired?: string) => ({
    metadata: {
      creationTimestamp: `2026-06-0${day}T00:00:00Z`,
      ownerReferences: [{ uid: owner }],
      annotations: desired === undefined ? {} : { 'deployment.kubernetes.io/desired-replicas': desired },
    },
  });
  const sets = [set(1, 'a', '2'), set(2, 'a', '3'), set(3, 'a', '0'), set(4, 'a'), set(5, 'b', '9')];
  expect(replicasAtLastRollout(sets, 'a')).toBe(3);
  expect(replicasAtLastRollout(sets, 'c')).toBeNull();
});
