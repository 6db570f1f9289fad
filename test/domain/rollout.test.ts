import { describe, expect, it } from 'vitest';
import { podTrouble, type RolloutView, rolloutState } from '../../src/domain/rollout.ts';

const set: RolloutView = {
  ...{
    generation: 2,
    observedGeneration: 2,
    replicas: 3,
    readyReplicas: 3,
    updatedReplicas: 1,
    unavailableReplicas: 0,
  },
  ...{ paused: false, stuck: false, kind: 'StatefulSet' },
};

describe('a rollout', () => {
  it('is over in a StatefulSet that rests at its partition, or with OnDelete, and says that the others are kept', () => {
    expect(rolloutState(set, 0)).toMatchObject({ name: 'complete' });
    expect(rolloutState({ ...set, updatedReplicas: 0 }, 0).message).toContain('the others are kept as they are');
  });
  it('is over there though a pod is not ready: nothing moves it but a person', () => {
    const short = { ...set, readyReplicas: 2, unavailableReplicas: 1 };
    expect(rolloutState({ ...short, updatedReplicas: 0, keepsOld: 3 }, 0).name).toBe('complete');
    expect(rolloutState({ ...short, keepsOld: 2 }, 0).name).toBe('complete');
    expect(rolloutState({ ...short, keepsOld: 1 }, 0).name).toBe('in_progress');
  });
  it('goes on in one that is short of a pod, and in a Deployment with pods to update', () => {
    expect(rolloutState({ ...set, readyReplicas: 2 }, 0).name).toBe('in_progress');
    expect(rolloutState({ ...set, kind: 'Deployment' }, 0).name).toBe('in_progress');
  });
  it('that is stuck is no rollout in progress', () => {
    expect(rolloutState({ ...set, kind: 'Deployment', stuck: true }, 0).name).toBe('stuck');
  });
});

describe('the trouble of a pod', () => {
  const container = (reason: string | null, restarts = 0) => ({
    ...{ name: 'migrate', restarts, waiting: reason === null ? null : { reason } },
    lastExit: restarts > 0 ? { reason: 'Error', exitCode: 1 } : null,
  });
  const pod = (...containers: ReturnType<typeof container>[]) => ({
    name: 'p',
    ready: false,
    deleting: false,
    containers,
  });

  it('is that of its init containers and sidecars, too', () => {
    expect(podTrouble(pod(container('PodInitializing'), container('CrashLoopBackOff', 4)))).toContain(
      'CrashLoopBackOff',
    );
  });
  it('shows between two crashes', () => {
    expect(podTrouble(pod(container(null, 2)))).toContain('restarted 2 times');
    expect(podTrouble(pod(container(null, 1)))).toBeNull();
  });
});
