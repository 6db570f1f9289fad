import { describe, expect, it } from 'vitest';
import configError from '../../src/correlators/config-error.ts';
import crashLooping from '../../src/correlators/crash-looping.ts';
import imagePull from '../../src/correlators/image-pull.ts';
import oomKilled from '../../src/correlators/oom-killed.ts';
import unschedulable from '../../src/correlators/unschedulable.ts';
import { AT, around, MINUTE, pod, SINCE } from './incident-context.ts';

const exit = (reason: string, exitCode: number, minutesAgo = 1) => ({
  reason,
  exitCode,
  finishedAt: AT - minutesAgo * MINUTE,
});
const waiting = (reason: string, message = '') => ({ ready: false, waiting: { reason, message } });

describe('crash_looping', () => {
  const of = (...pods: ReturnType<typeof pod>[]) => crashLooping.correlate(around({ pods }));

  it('tells the restarts and the last exit', () => {
    const [finding] = of(pod('a', {}, { ...waiting('CrashLoopBackOff'), restarts: 5, lastExit: exit('Error', 1) }));
    expect(finding).toMatchObject({ kind: 'state', what: 'crash_loop', about: { kind: 'Pod', name: 'a' } });
    expect(finding?.message).toBe('Pod a: container app keeps crashing: 5 restarts, last exit Error (1)');
    expect(finding?.strength).toBeGreaterThan(0.95);
  });

  it('sees the loop between two crashes too', () => {
    expect(
      of(pod('a', { ready: false }, { ready: false, restarts: 3, lastExit: exit('Error', 1) }))[0]?.strength,
    ).toBeGreaterThan(0.9);
  });

  it('makes less of a crash that is over, and nothing of an old one or of none', () => {
    expect(of(pod('a', {}, { restarts: 1, lastExit: exit('Error', 1) }))[0]?.strength).toBeLessThan(0.5);
    expect(of(pod('a', {}, { restarts: 9, lastExit: exit('Error', 1, 300) }))).toEqual([]);
    expect(of(pod('a'))).toEqual([]);
    expect(
      of(pod('a', { deleting: true }, { ...waiting('CrashLoopBackOff'), restarts: 5, lastExit: exit('Error', 1) })),
    ).toEqual([]);
  });

  it('began with the pod when the pod is that young', () => {
    const young = pod(
      'a',
      { createdAt: SINCE - MINUTE },
      { ...waiting('CrashLoopBackOff'), restarts: 5, lastExit: exit('Error', 1) },
    );
    expect(of(young)[0]?.at).toBe(SINCE - MINUTE);
  });
});

describe('oom_killed', () => {
  const of = (minutesAgo: number, reason = 'OOMKilled') =>
    oomKilled.correlate(around({ pods: [pod('a', {}, { restarts: 2, lastExit: exit(reason, 137, minutesAgo) })] }));

  it('tells when it happened, and speaks more weakly with time', () => {
    expect(of(5)[0]).toMatchObject({
      what: 'oom_killed',
      at: AT - 5 * MINUTE,
      message: expect.stringContaining('5 min ago (2 restarts)'),
    });
    expect(of(1)[0]?.strength).toBeGreaterThan(of(60)[0]?.strength ?? 1);
    expect(of(24 * 60)).toEqual([]);
    expect(of(1, 'Error')).toEqual([]);
  });
});

describe('image_pull and config_error', () => {
  const pods = [
    pod('a', {}, waiting('ImagePullBackOff', 'Back-off pulling image "shop/x:2" from https://me:pw@registry/x')),
    pod('b', {}, waiting('CreateContainerConfigError', 'secret "db" not found')),
    pod('c', {}, waiting('ContainerCreating')),
  ];

  it('tell the reason, with secrets masked', () => {
    expect(imagePull.correlate(around({ pods }))).toMatchObject([
      { what: 'image_pull', about: { name: 'a' }, message: expect.stringContaining('shop/x:2') },
    ]);
    expect(JSON.stringify(imagePull.correlate(around({ pods })))).not.toContain('me:pw');
    expect(configError.correlate(around({ pods }))).toMatchObject([
      { what: 'config_error', about: { name: 'b' }, message: expect.stringContaining('secret "db" not found') },
    ]);
  });
});

describe('unschedulable', () => {
  const pending = (name: string, createdAt: number) =>
    pod(name, { phase: 'Pending', node: null, ready: false, createdAt }, { ready: false });

  it('tells how many wait and why', () => {
    const about = { kind: 'Pod', namespace: 'shop', name: 'b' } as const;
    const events = [
      {
        at: AT,
        type: 'Warning',
        reason: 'FailedScheduling',
        message: '0/2 nodes are available: 2 Insufficient memory.',
        about,
        count: 1,
      },
    ];
    const pods = [pending('a', AT - 2 * MINUTE), pending('b', AT - MINUTE), pod('c')];
    const [finding, ...rest] = unschedulable.correlate(around({ pods, events }));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      what: 'unschedulable',
      about: { kind: 'Deployment', name: 'payment-api' },
      at: AT - 2 * MINUTE,
    });
    expect(finding?.message).toBe(
      "2 pods of payment-api can't be scheduled: 0/2 nodes are available: 2 Insufficient memory.",
    );
  });

  it('has the patience that scheduling needs', () => {
    expect(unschedulable.correlate(around({ pods: [pending('a', AT - 5_000)] }))).toEqual([]);
  });
});
