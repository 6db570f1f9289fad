import { describe, expect, it } from 'vitest';
import recentRollout from '../../src/correlators/recent-rollout.ts';
import { AT, around, MINUTE, pod, revision, SINCE, workload } from './incident-context.ts';

const find = (createdAt: number, rest: Parameters<typeof around>[0] = {}, container: Record<string, unknown> = {}) =>
  recentRollout.correlate(
    around({ revisions: { 'payment-api': [revision(2, createdAt, container), revision(1, 0)] }, ...rest }),
  );

describe('recent_rollout', () => {
  it('names the change that came before the trouble, and what differs in it', () => {
    const [finding] = find(SINCE - 4 * MINUTE);
    expect(finding).toMatchObject({
      kind: 'change',
      what: 'rollout',
      about: { kind: 'Deployment', name: 'payment-api' },
      at: SINCE - 4 * MINUTE,
    });
    expect(finding?.message).toBe(
      'Deployment payment-api: revision 2 was rolled out 4 min before the trouble began: image shop/payment-api:1 → shop/payment-api:2',
    );
    expect(finding?.strength).toBeGreaterThan(0.9);
  });

  it('speaks the more weakly, the longer ago the change was, and not at all of an old or a later one', () => {
    const strength = (before: number) => find(SINCE - before * MINUTE)[0]?.strength ?? 0;
    expect(strength(1)).toBeGreaterThan(strength(30));
    expect(strength(30)).toBeGreaterThan(strength(180));
    expect(strength(180)).toBeLessThan(0.3);
    expect(find(SINCE - 7 * 60 * MINUTE)).toEqual([]);
    expect(find(SINCE + 5 * MINUTE)).toEqual([]);
    expect(find(SINCE + MINUTE)).toHaveLength(1);
  });

  it('is surer when pods of the new revision can not run', () => {
    const pods = [pod('a', {}, { ready: false, restarts: 4, waiting: { reason: 'CrashLoopBackOff', message: '' } })];
    const [plain] = find(SINCE - 60 * MINUTE);
    const [failing] = find(SINCE - 60 * MINUTE, { pods });
    expect(failing?.strength).toBeGreaterThan(plain?.strength ?? 1);
    expect(failing?.message).toContain("1 of its pods can't run");
  });

  it('names variables without their values, and resources', () => {
    const [finding] = find(
      SINCE,
      {},
      { env: [{ name: 'DB_PASSWORD', value: 'hunter2' }], resources: { limits: { memory: '64Mi' } } },
    );
    expect(finding?.message).toContain('env DB_PASSWORD');
    expect(finding?.message).toContain('resources none → memory 64Mi');
    expect(finding?.message).not.toContain('hunter2');
  });

  it('does not call a mere restart a rollout', () => {
    const same = (number: number, at: number) => ({ ...revision(1, at), revision: number, uid: `rs-${number}` });
    const [finding] = recentRollout.correlate(
      around({ revisions: { 'payment-api': [same(2, SINCE - MINUTE), same(1, 0)] } }),
    );
    expect(finding).toMatchObject({ what: 'restart', message: expect.stringContaining('restarted without a change') });
    expect(finding?.strength).toBeLessThan(0.5);
  });

  it('knows a rollback by the event of its scaling, though its ReplicaSet is old', () => {
    const about = { kind: 'Deployment', namespace: 'shop', name: 'payment-api' } as const;
    const event = (message: string) => ({
      at: SINCE - 2 * MINUTE,
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message,
      about,
      count: 1,
    });
    const old = AT - 30 * 24 * 60 * MINUTE;
    expect(find(old, { events: [event('Scaled up replica set payment-api-hash2 to 1 from 0')] })[0]?.at).toBe(
      SINCE - 2 * MINUTE,
    );
    expect(find(old, { events: [event('Scaled up replica set payment-api-hash2 to 5 from 3')] })).toEqual([]);
  });

  it('tells apart that a rollout lowered the memory limit, which can be raised again', () => {
    const limited = (number: number, memory: string) =>
      revision(number, number === 2 ? SINCE - MINUTE : AT - 5_000 * MINUTE, { resources: { limits: { memory } } });
    const whats = (before: string, after: string) =>
      recentRollout
        .correlate(around({ revisions: { 'payment-api': [limited(2, after), limited(1, before)] } }))
        .map(({ what, message }) => [what, message] as const);
    const [, lowered] = whats('1Gi', '200Mi');
    expect(lowered?.[0]).toBe('memory_limit');
    expect(lowered?.[1]).toContain('lowered from 1Gi to 200Mi');
    expect(whats('500M', '1Gi').map(([what]) => what)).toEqual(['rollout']);
    expect(whats('1Gi', 'nonsense').map(([what]) => what)).toEqual(['rollout']);
  });

  it('is silent about a workload that never changed', () => {
    expect(
      recentRollout.correlate(
        around({
          workloads: [workload('payment-api', { revision: 1 })],
          revisions: { 'payment-api': [revision(1, SINCE)] },
        }),
      ),
    ).toEqual([]);
    expect(recentRollout.correlate(around({ revisions: {} }))).toEqual([]);
  });
});
