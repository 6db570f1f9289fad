import { createServer, request, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import restartPod from '../../src/actions/restart-pod.ts';
import scaleHorizontal from '../../src/actions/scale-horizontal.ts';
import { connectCluster } from '../../src/adapters/kubernetes/cluster.ts';
import type { ActionContext } from '../../src/extension-points.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { authorised, carryOut, contextFor, executionOf, planned, takeBack } from './action-context.ts';

/** What a line in between may do to a change (anything but a GET that isn't a dry run). */
type Line = 'works' | 'answer_lost' | 'request_lost' | 'answer_lost_then_dead';

describe('a change whose answer gets lost', () => {
  let small: SmallCluster;
  let line: Line;
  let proxy: Server;
  let context: ActionContext;
  const replicas = () => small.kube.get('deployments', 'shop', 'payment-api')?.spec.replicas;

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api'));
    small.run(20);
    line = 'works';
    let dead = false;
    proxy = createServer((incoming, outgoing) => {
      const changes = incoming.method !== 'GET' && !incoming.url?.includes('dryRun');
      if (dead || (changes && line === 'request_lost')) return incoming.socket.destroy();
      const onward = request(
        `${small.url}${incoming.url}`,
        { method: incoming.method, headers: incoming.headers },
        (answer) => {
          if (!changes || line === 'works')
            return answer.pipe(outgoing.writeHead(answer.statusCode ?? 500, answer.headers));
          dead = line === 'answer_lost_then_dead';
          return incoming.socket.destroy();
        },
      );
      return incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    const serverUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const cluster = connectCluster({
      name: 'test',
      server: { url: serverUrl },
      timeoutMs: 1_000,
      userAgent: 'nightshift/test',
    });
    context = { ...contextFor(small), cluster };
  });
  afterEach(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await small.stop();
  });

  it('of a worker that was followed is found by the one that follows, who never says that nothing was changed', async () => {
    const [one, two] = [await planned(scaleHorizontal, context), await planned(scaleHorizontal, context)];
    expect((await carryOut(scaleHorizontal, context, one)).applied.kind).toBe('done');
    expect((await carryOut(scaleHorizontal, context, two)).applied).toMatchObject({ kind: 'done' });
    expect(replicas()).toBe(5);
  });

  it('is found by its mark, and not made again', async () => {
    const plan = await planned(scaleHorizontal, context);
    line = 'answer_lost';
    const { applied } = await carryOut(scaleHorizontal, context, plan);
    expect(applied).toMatchObject({ kind: 'done', message: expect.stringContaining('answer to it got lost') });
    expect(replicas()).toBe(5);
    expect(small.changes()).toHaveLength(1);
  });

  it('is known not to have been made when the mark is not there', async () => {
    const plan = await planned(scaleHorizontal, context);
    line = 'request_lost';
    expect((await carryOut(scaleHorizontal, context, plan)).applied).toMatchObject({
      kind: 'failed',
      changed: false,
      refusal: { code: 'unreachable' },
    });
    expect(replicas()).toBe(3);
  });

  it('counts as perhaps made when nobody can tell, and is found afterwards', async () => {
    const plan = await planned(scaleHorizontal, context);
    line = 'answer_lost_then_dead';
    expect((await carryOut(scaleHorizontal, context, plan)).applied).toMatchObject({ kind: 'failed', changed: true });
    expect(await scaleHorizontal.wasApplied(context, plan, 'inc-1-1')).toMatchObject({ kind: 'failed', changed: true });
    expect(await scaleHorizontal.wasApplied(contextFor(small), plan, 'inc-1-1')).toMatchObject({ kind: 'done' });
  });

  it('is undone from the plan alone when a crash kept the record of it from being saved', async () => {
    const plan = await planned(scaleHorizontal, context);
    await carryOut(scaleHorizontal, context, plan);
    expect((await takeBack(scaleHorizontal, context, executionOf(plan, 'inc-1-1', small.now(), null))).kind).toBe(
      'done',
    );
    expect(replicas()).toBe(3);
  });

  it('is undone once though the answer to the undo got lost', async () => {
    const { execution } = await carryOut(scaleHorizontal, context, await planned(scaleHorizontal, context));
    line = 'answer_lost';
    expect((await takeBack(scaleHorizontal, context, execution)).kind).toBe('done');
    expect(replicas()).toBe(3);
    expect(small.changes()).toHaveLength(2);
  });

  it('of an eviction is found by the uid', async () => {
    const name = small.kube.list('pods', 'shop')[0]?.metadata.name ?? '';
    const aimed: ActionContext = { ...context, target: { kind: 'Pod', namespace: 'shop', name } };
    const plan = await planned(restartPod, aimed);
    line = 'answer_lost';
    const applied = await restartPod.apply(aimed, authorised(plan, 'inc-1-1'));
    expect(applied).toMatchObject({ kind: 'done' });
    small.run(60);
    expect(small.changes()).toHaveLength(1);
    expect(small.kube.list('pods', 'shop')).toHaveLength(3);
  });
});
