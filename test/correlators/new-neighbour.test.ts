import { describe, expect, it } from 'vitest';
import newNeighbour from '../../src/correlators/new-neighbour.ts';
import type { ContainerInfo } from '../../src/ports.ts';
import { AT, around, MINUTE, pod, revision, SINCE, workload } from './surroundings.ts';

const container: ContainerInfo = {
  name: 'app',
  image: 'reporting/report:1',
  memoryLimitBytes: null,
  memoryRequestBytes: null,
  cpuLimit: null,
  cpuRequest: 0.1,
};
const report = workload('report', { containers: [container] });
const reportPod = (createdAt: number, node = 'node-a') =>
  pod('report-hash1-a', { createdAt, node, owner: { kind: 'ReplicaSet', name: 'report-hash1', uid: 'rs-report' } });
const scene = (createdAt: number, rest: { cpuLimit?: number; node?: string; since?: number } = {}) => {
  const usual = around();
  return around({
    workloads: [...usual.workloads, { ...report, containers: [{ ...container, cpuLimit: rest.cpuLimit ?? null }] }],
    revisions: { ...usual.revisions, report: [{ ...revision(1, rest.since ?? createdAt), uid: 'rs-report' }] },
    pods: [...usual.pods, reportPod(createdAt, rest.node)],
  });
};

describe('a new neighbour', () => {
  it('is a workload without a CPU limit that came to the node just before the trouble', () => {
    const [finding, ...more] = newNeighbour.correlate(scene(SINCE - 2 * MINUTE));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ kind: 'change', what: 'new_neighbour', at: SINCE - 2 * MINUTE });
    expect(finding?.about).toMatchObject({ kind: 'Deployment', name: 'report' });
    expect(finding?.words).toContain('came to node node-a 2 min before the trouble');
  });
  it('takes nothing from others when it has a limit, or a node to itself', () => {
    expect(newNeighbour.correlate(scene(SINCE - MINUTE, { cpuLimit: 0.5 }))).toEqual([]);
    expect(newNeighbour.correlate(scene(SINCE - MINUTE, { node: 'node-b' }))).toEqual([]);
  });
  it('is none when it was there long before, or came after the trouble had begun', () => {
    expect(newNeighbour.correlate(scene(AT - 300 * MINUTE))).toEqual([]);
    expect(newNeighbour.correlate(scene(SINCE + 5 * MINUTE))).toEqual([]);
    expect(newNeighbour.correlate(scene(SINCE - MINUTE, { since: AT - 300 * MINUTE }))).toEqual([]);
  });
});
