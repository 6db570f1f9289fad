import { describe, expect, it } from 'vitest';
import { type PodCounts, podCounts } from '../../src/evidence/pod-counts.ts';
import type { PodInfo } from '../../src/ports/cluster-objects.ts';

const NOW = 1_000_000_000;
const MINUTE = 60_000;
type Container = PodInfo['containers'][number];

const pod = (container: Partial<Container>, over: Partial<PodInfo> = {}): PodInfo => ({
  namespace: 'shop',
  name: 'api-1',
  uid: 'u',
  resourceVersion: '1',
  node: 'n',
  phase: 'Running',
  ready: false,
  deleting: false,
  createdAt: NOW - 10 * MINUTE,
  owner: null,
  templateHash: null,
  containers: [{ name: 'app', restarts: 0, ready: false, waiting: null, lastExit: null, ...container }],
  ...over,
});
const waiting = (reason: string) => ({ waiting: { reason, message: '' } });
const died = (ago: number) => ({ reason: 'Error', exitCode: 1, finishedAt: NOW - ago });
const told = (one: PodInfo) =>
  Object.fromEntries(Object.entries(podCounts([one], NOW)).filter(([, count]) => count > 0)) as Partial<PodCounts>;

describe('a pod', () => {
  it.each<[string, PodInfo, Partial<PodCounts>]>([
    ['in back-off after crashes', pod({ ...waiting('CrashLoopBackOff'), restarts: 3 }), { crashes: 1, restarts: 3 }],
    ['whose image is away', pod(waiting('ImagePullBackOff'), { phase: 'Pending' }), { unpullable: 1 }],
    ['whose key is missing', pod(waiting('CreateContainerConfigError'), { phase: 'Pending' }), { unconfigured: 1 }],
    ['without volumes', pod(waiting('ContainerCreating'), { phase: 'Pending' }), { unmade: 1 }],
    ['without a node', pod({}, { phase: 'Pending', node: null, containers: [] }), { unplaced: 1 }],
    [
      'that is young',
      pod(waiting('ContainerCreating'), { phase: 'Pending', createdAt: NOW - MINUTE }),
      { starting: 1 },
    ],
    [
      'between two crashes, not ready',
      pod({ restarts: 4, lastExit: died(4 * MINUTE), startedAt: NOW - 3 * MINUTE }),
      { crashes: 1, restarts: 4, unproven: 1 },
    ],
    [
      'that serves again since a while',
      pod({ restarts: 4, ready: true, lastExit: died(4 * MINUTE), startedAt: NOW - 3 * MINUTE }, { ready: true }),
      { restarts: 4, unproven: 1 },
    ],
    [
      'that has run for long and is not ready',
      pod({ restarts: 4, lastExit: died(20 * MINUTE), startedAt: NOW - 20 * MINUTE }),
      { restarts: 4 },
    ],
  ])('%s counts as what it is', (_, one, counts) => {
    expect(told(one)).toEqual(counts);
  });
});
