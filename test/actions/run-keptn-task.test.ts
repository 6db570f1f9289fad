import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sandbox/kube/cluster.ts';
import { KEPTN_TASK_DEFINITIONS, KEPTN_TASKS, RESTART_DEPLOYMENT } from '../../sandbox/operators/keptn.ts';
import runKeptnTask from '../../src/actions/run-keptn-task.ts';
import type { Plan } from '../../src/domain/types/plan.ts';
import type { ActionContext, Applied } from '../../src/extension-points.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import {
  authorised,
  type ContextOptions,
  carryOut,
  contextFor,
  executionOf,
  planned,
  takeBack,
} from './action-context.ts';

const TASKS = 'keptntasks.lifecycle.keptn.sh';
const NAME = 'nightshift-inc-1-1';

/** A definition like restart-deployment, with another container. */
function definitionWith(container: Record<string, unknown>, name = 'restart-deployment', namespace = 'shop') {
  const given = RESTART_DEPLOYMENT.spec?.container as Record<string, unknown>;
  return {
    ...RESTART_DEPLOYMENT,
    metadata: { name, namespace },
    spec: { ...RESTART_DEPLOYMENT.spec, container: { ...given, ...container } },
  };
}

describe('run_keptn_task', () => {
  let small: SmallCluster;
  let context: ActionContext;
  const task = () => small.kube.get(TASKS, 'shop', NAME);
  const tasks = () => small.kube.list(TASKS, 'shop');
  const jobs = () => small.kube.list('jobs', 'shop');
  const aimed = (options: ContextOptions = {}) => contextFor(small, options);
  const refusal = async (with_: ActionContext = context) => {
    const result = await runKeptnTask.plan(with_);
    return result.ok ? null : result.refusal;
  };
  const revision = () =>
    small.kube.get('deployments', 'shop', 'payment-api')?.metadata.annotations?.['deployment.kubernetes.io/revision'];
  /** Looks at it as the pipeline does, `seconds` of the cluster's time long. */
  const watch = async (plan: Plan, seconds: number, with_: ActionContext = context): Promise<Applied | null> => {
    let last: Applied | null = null;
    for (let waited = 0; waited < seconds; waited += 5) {
      last = await runKeptnTask.wasApplied(with_, plan, 'inc-1-1');
      if (last?.kind !== 'underway') break;
      small.run(5);
    }
    return last;
  };

  beforeEach(async () => {
    small = await startSmallCluster();
    for (const one of [KEPTN_TASKS, KEPTN_TASK_DEFINITIONS]) small.kube.apply(one);
    small.kube.apply(RESTART_DEPLOYMENT);
    small.kube.apply(deployment('payment-api'));
    small.run(40);
    context = aimed();
  });
  afterEach(() => small.stop());

  it('shows what would be run, how wide that is and that it stays, and changes nothing before', async () => {
    const plan = await planned(runKeptnTask, context);
    expect(plan).toMatchObject({ reversible: false, target: { kind: 'Deployment', name: 'payment-api' } });
    expect(plan.changes).toEqual([
      {
        path: 'KeptnTask of shop/restart-deployment for Deployment payment-api',
        before: 'none',
        after: expect.stringMatching(/kubectl rollout restart .*\(up to 3 tries, within 5m\)/),
      },
    ]);
    expect(plan.diff).toContain('DEPLOYMENT_NAME: payment-api');
    expect(plan.diff).toContain('taskDefinition: restart-deployment');
    expect(plan.blastRadius).toMatchObject({ podsAffected: 3, podsTotal: 3, services: ['shop/payment-api'] });
    expect(plan.blastRadius.level).not.toBe('high');
    expect(small.changes()).toEqual([]);
    expect(tasks()).toEqual([]);
  });

  it('is watched from its start to its success, and settles when the restart is through', async () => {
    const before = revision();
    const plan = await planned(runKeptnTask, context);
    const { applied, execution } = await carryOut(runKeptnTask, context, plan);
    expect(applied).toMatchObject({ kind: 'underway', watched: true, message: expect.stringContaining(NAME) });
    expect(task()?.metadata.annotations).toEqual({
      'nightshift.dev/execution': 'inc-1-1',
      'nightshift.dev/deployment-name': 'payment-api',
    });
    expect(task()?.spec).toMatchObject({
      taskDefinition: 'restart-deployment',
      retries: 2,
      timeout: '5m',
      parameters: { map: { DEPLOYMENT_NAME: 'payment-api', NAMESPACE: 'shop' } },
    });
    small.run(3);
    expect(task()?.status).toMatchObject({ status: 'Progressing', jobName: jobs()[0]?.metadata.name });
    expect(jobs()[0]?.spec).toMatchObject({ backoffLimit: 2, activeDeadlineSeconds: 300 });
    expect(await runKeptnTask.wasApplied(context, plan, 'inc-1-1')).toMatchObject({
      kind: 'underway',
      message: expect.stringContaining('under way (Job '),
    });
    expect((await runKeptnTask.settled(context, execution)).kind).toBe('in_progress');
    const ended = await watch(plan, 60);
    expect(ended).toMatchObject({ kind: 'done', message: `KeptnTask ${NAME} has succeeded` });
    expect(revision()).not.toBe(before);
    expect((await runKeptnTask.settled(context, execution)).kind).toBe('in_progress');
    small.run(60);
    expect(await runKeptnTask.settled(context, { ...execution, result: 'done' })).toMatchObject({ kind: 'settled' });
  });

  it('is started once: who comes after a crash in the middle goes on watching the same task', async () => {
    const plan = await planned(runKeptnTask, context);
    expect(await runKeptnTask.wasApplied(context, plan, 'inc-1-1')).toBeNull();
    await carryOut(runKeptnTask, context, plan);
    // The process died before it could note that; the next one asks, and even a second start makes no second task.
    const restarted = aimed();
    expect(await runKeptnTask.wasApplied(restarted, plan, 'inc-1-1')).toMatchObject({ kind: 'underway' });
    const again = await runKeptnTask.apply(restarted, authorised(plan, 'inc-1-1'), null);
    expect(again).toMatchObject({ kind: 'underway' });
    expect((await watch(plan, 60, restarted))?.kind).toBe('done');
    expect(tasks()).toHaveLength(1);
    expect(jobs()).toHaveLength(1);
  });

  it("isn't run anew when somebody deletes it in the middle", async () => {
    const plan = await planned(runKeptnTask, context);
    const { applied } = await carryOut(runKeptnTask, context, plan);
    small.run(2);
    small.kube.remove(TASKS, 'shop', NAME);
    expect(await runKeptnTask.wasApplied(context, plan, 'inc-1-1')).toBeNull();
    expect(await runKeptnTask.apply(context, authorised(plan, 'inc-1-1'), applied.message)).toMatchObject({
      kind: 'failed',
      changed: true,
      message: expect.stringContaining('was deleted before it had ended'),
    });
    expect(tasks()).toEqual([]);
  });

  it('tells a failure as one, with the reason, after as many tries as were agreed', async () => {
    small.kube.apply(definitionWith({ command: ['kubectl', 'delete', 'deployment', '$(DEPLOYMENT_NAME)'] }));
    const only = aimed({ params: { retries: 1 } });
    const plan = await planned(runKeptnTask, only);
    expect(plan.blastRadius).toMatchObject({ level: 'high', message: expect.stringContaining("isn't known") });
    const { execution } = await carryOut(runKeptnTask, only, plan);
    const ended = await watch(plan, 120, only);
    expect(ended).toMatchObject({
      kind: 'failed',
      changed: true,
      message: expect.stringContaining('all 2 tries of it'),
    });
    expect(small.kube.get('deployments', 'shop', 'payment-api')).toBeDefined();
    // Nothing that gets better now is its doing.
    expect(await runKeptnTask.settled(only, { ...execution, result: 'failed' })).toMatchObject({
      kind: 'in_progress',
      message: expect.stringContaining('failed'),
    });
  });

  it('tells a timeout as one', async () => {
    small.behave('kubectl', { kind: 'image_pull_failed', message: 'no such image' });
    const hasty = aimed({ params: { timeout: '30s' } });
    const plan = await planned(runKeptnTask, hasty);
    await carryOut(runKeptnTask, hasty, plan);
    const ended = await watch(plan, 90, hasty);
    expect(ended).toMatchObject({ kind: 'failed', message: expect.stringContaining('ran into its timeout of 30s') });
  });

  it('waits no longer for a Keptn that says nothing than its timeout and a little', async () => {
    small.kube.remove('customresourcedefinitions', undefined, 'keptntaskdefinitions.lifecycle.keptn.sh');
    small.kube.apply(KEPTN_TASK_DEFINITIONS);
    const plan = await planned(runKeptnTask, context);
    await carryOut(runKeptnTask, context, plan);
    // Its operator is away: nobody touches the task.
    small.kube.remove('customresourcedefinitions', undefined, 'keptntaskdefinitions.lifecycle.keptn.sh');
    expect(await watch(plan, 300)).toMatchObject({ kind: 'underway', message: expect.stringContaining('operator') });
    expect(await watch(plan, 120)).toMatchObject({
      kind: 'failed',
      changed: true,
      message: expect.stringMatching(/not known/),
    });
  });

  it("is told by its Job how it ended when Keptn doesn't say", async () => {
    const plan = await planned(runKeptnTask, context);
    await carryOut(runKeptnTask, context, plan);
    small.run(3);
    small.kube.remove('customresourcedefinitions', undefined, 'keptntaskdefinitions.lifecycle.keptn.sh');
    expect(await watch(plan, 60)).toMatchObject({
      kind: 'done',
      message: expect.stringContaining("Keptn hasn't said so"),
    });
    expect(task()?.status?.status).toBe('Progressing');
  });

  it("leaves somebody's task of that name alone", async () => {
    const plan = await planned(runKeptnTask, context);
    const { apiVersion, kind } = { apiVersion: 'lifecycle.keptn.sh/v1', kind: 'KeptnTask' };
    const spec = { taskDefinition: 'restart-deployment' };
    small.kube.apply({ apiVersion, kind, metadata: { name: NAME, namespace: 'shop' }, spec });
    const { applied } = await carryOut(runKeptnTask, context, plan);
    expect(applied).toMatchObject({ kind: 'failed', changed: false, message: expect.stringContaining("didn't make") });
  });

  it("can't be undone and says so", async () => {
    const plan = await planned(runKeptnTask, context);
    await carryOut(runKeptnTask, context, plan);
    expect(plan.notes.join(' ')).toContain("can't be undone");
    expect(await takeBack(runKeptnTask, context, executionOf(plan, 'inc-1-1', 0, null))).toMatchObject({
      kind: 'failed',
      changed: false,
      message: expect.stringContaining("can't be undone"),
    });
  });

  it('is not started beside another task or a rollout of the same Deployment', async () => {
    await carryOut(runKeptnTask, context, await planned(runKeptnTask, context), 'inc-7-1');
    expect(await refusal()).toMatchObject({
      code: 'rollout_in_progress',
      message: expect.stringContaining('nightshift-inc-7-1'),
    });
    small.run(14);
    expect(await refusal()).toMatchObject({ code: 'rollout_in_progress' });
    small.run(120);
    expect(await refusal()).toBeNull();
  });

  it('is another plan when the definition does something else', async () => {
    const { digest } = await planned(runKeptnTask, context);
    small.run(60);
    expect((await planned(runKeptnTask, context)).digest).toBe(digest);
    small.kube.apply(definitionWith({ image: 'registry.k8s.io/kubectl:v1.33.0' }));
    expect((await planned(runKeptnTask, context)).digest).not.toBe(digest);
    expect((await planned(runKeptnTask, aimed({ params: { timeout: '2m' } }))).digest).not.toBe(digest);
  });

  it("takes a definition from Keptn's own namespace, and one that a shell runs", async () => {
    small.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'keptn-system' } });
    const script = 'kubectl rollout restart deployment/$DEPLOYMENT_NAME -n $NAMESPACE';
    small.kube.apply(definitionWith({ command: ['sh', '-c', script] }, 'restart-all', 'keptn-system'));
    const other = aimed({ params: { definition: 'restart-all' } });
    const plan = await planned(runKeptnTask, other);
    expect(plan.blastRadius.level).not.toBe('high');
    const before = revision();
    await carryOut(runKeptnTask, other, plan);
    expect((await watch(plan, 60, other))?.kind).toBe('done');
    expect(revision()).not.toBe(before);
  });

  const env = (value: string) => [{ name: 'DEPLOYMENT_NAME', value }];
  it.each<[string, KubeObject, string, string]>([
    ['names another Deployment', definitionWith({ env: env('ledger') }), 'invalid', "isn't payment-api"],
    ['would be told none', definitionWith({ env: [] }), 'invalid', 'fieldRef'],
    ['has nothing to run', { ...RESTART_DEPLOYMENT, spec: {} }, 'invalid', 'nothing to run'],
  ])('is refused where the definition %s', async (_what, definition, code, message) => {
    small.kube.apply(definition);
    expect(await refusal()).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('says of a definition that is told nothing that it does the same whatever the trouble', async () => {
    small.kube.apply(definitionWith({ command: ['/clear-caches'], env: [] }));
    const plan = await planned(runKeptnTask, context);
    expect(plan.notes[0]).toContain("isn't told which Deployment");
    expect(plan.blastRadius.level).toBe('high');
  });

  it('is refused where Keptn or the definition is not, with odd parameters, and for what is no Deployment', async () => {
    expect(await refusal(aimed({ params: { definition: 'heal' } }))).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('params.definition'),
    });
    expect(await refusal(aimed({ params: { retries: -1 } }))).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('params.retries'),
    });
    expect(await refusal(aimed({ target: { name: 'nobody' } }))).toMatchObject({ code: 'target_gone' });
    const daemon = deployment('agent');
    const { template, selector } = daemon.spec ?? {};
    small.kube.apply({ ...daemon, kind: 'DaemonSet', spec: { selector, template } });
    expect(await refusal(aimed({ target: { kind: 'DaemonSet', name: 'agent' } }))).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('DaemonSet'),
    });
    small.kube.remove('customresourcedefinitions', undefined, TASKS);
    expect(await refusal()).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('Where Keptn is installed'),
    });
  });

  it.each([
    [{ definition: 'Restart It' }, 'definition', 'KeptnTaskDefinition'],
    [{ keptn_namespace: '../x' }, 'keptn_namespace', 'namespace'],
    [{ retries: 2.5 }, 'retries', '0 to 10'],
    [{ retries: '2' }, 'retries', 'whole number'],
    [{ timeout: 300 }, 'timeout', '10s to 60m'],
    [{ timeout: '2h' }, 'timeout', 'such as 5m'],
    [{ name: 'restart' }, 'name', 'definition'],
  ])('%j: says what is wrong with its parameters, and where', (params, param, message) => {
    expect(runKeptnTask.paramFault?.(params)).toEqual({ param, message: expect.stringContaining(message) });
  });
});
