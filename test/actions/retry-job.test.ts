import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import retryJob from '../../src/actions/retry-job.ts';
import { newIncident } from '../../src/domain/group.ts';
import { aboutObject } from '../../src/domain/subject.ts';
import { ranSince } from '../../src/evidence/ran-since.ts';
import { type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, planned, refusal } from './action-context.ts';

describe('retry_job', () => {
  let small: SmallCluster;
  const context = () => contextFor(small, { target: { kind: 'Job', name: 'nightly-report' } });
  const job = (exit: number, backoffLimit = 1) => {
    small.kube.apply({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'nightly-report', namespace: 'shop', labels: { app: 'report' } },
      spec: {
        backoffLimit,
        template: {
          metadata: { labels: { app: 'report' } },
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'app', image: 'shop/report:1', command: ['sh', '-c', `exit ${exit}`] }],
          },
        },
      },
    });
    small.kube.mutate('jobs', 'shop', 'nightly-report', (copy) => {
      const ended = { type: 'Failed', status: 'True' as const, reason: 'BackoffLimitExceeded', message: 'too often' };
      copy.status = { ...copy.status, conditions: [ended] };
    });
    small.run(60);
  };
  const names = () => small.kube.list('jobs', 'shop').map((one) => one.metadata.name);

  beforeEach(async () => {
    small = await startSmallCluster();
  });
  afterEach(() => small.stop());

  it('runs the same work once more beside the failed one, under a name that follows from the execution', async () => {
    job(0);
    const plan = await planned(retryJob, context());
    expect(plan).toMatchObject({ target: { kind: 'Job', name: 'nightly-report' }, reversible: false });
    expect(plan.diff).toContain('shop/report:1');
    expect(names()).toEqual(['nightly-report']);
    expect(await retryJob.wasApplied(context(), plan, 'inc-1-1')).toBeNull();
    const { applied, execution } = await carryOut(retryJob, context(), plan);
    expect(applied.kind).toBe('done');
    expect(names()).toEqual(['nightly-report', 'nightly-report-retry-inc-1-1']);
    expect(await retryJob.wasApplied(context(), plan, 'inc-1-1')).toMatchObject({ kind: 'done' });
    expect((await carryOut(retryJob, context(), plan)).applied.kind).toBe('done');
    expect(names()).toHaveLength(2);
    small.run(60);
    expect(await retryJob.settled(context(), execution)).toMatchObject({ kind: 'settled' });
    expect(await refusal(retryJob, context())).toBe('not_needed');
    const entity = { kind: 'Job' as const, namespace: 'shop', name: 'nightly-report' };
    const incident = newIncident('INC-1', aboutObject('test', entity), small.now(), null);
    expect(await ranSince(small.cluster, incident)).toContain('`kubectl delete job nightly-report -n shop`');
  });

  it('says so when it fails again', async () => {
    job(1);
    const { execution } = await carryOut(retryJob, context(), await planned(retryJob, context()));
    small.run(120);
    const entity = { kind: 'Job' as const, namespace: 'shop', name: 'nightly-report' };
    expect(await ranSince(small.cluster, newIncident('INC-1', aboutObject('test', entity), 0, null))).toBeNull();
    expect(await retryJob.settled(context(), execution)).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('failed again'),
    });
  });

  it('runs nothing twice that may run only once, or that has not failed', async () => {
    job(1, 0);
    expect(await refusal(retryJob, context())).toBe('unsupported');
    expect(await refusal(retryJob, contextFor(small))).toBe('unsupported');
  });
});
