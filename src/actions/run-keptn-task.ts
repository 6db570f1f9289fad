import { objectDiff } from '../domain/object-diff.ts';
import { planDigest } from '../domain/plan.ts';
import type { BlastRadius, FieldChange } from '../domain/types/plan.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import type { Action, ActionContext, Applied, Planned } from '../extension-points.ts';
import { cannotTell, failedWith } from './edit/attempts.ts';
import { MARK } from './edit/mark.ts';
import { appliedAs, createTask, standingOf, taskPlace, taskUnderWay } from './keptn/task.ts';
import { findDefinition, type Job, readDefinition, TASKS } from './keptn/task-definition.ts';
import { durationText, taskParamFault, taskParams } from './keptn/task-params.ts';
import { cannotLook, inTheWay, lookAtTarget, refusalOf, type WorkloadLook } from './workload/look.ts';
import { rollingBlastRadius } from './workload/rolling.ts';
import { settleRollout } from './workload/settle.ts';

/** Runs a KeptnTaskDefinition for a Deployment and watches it to its end: a Job of Keptn's that is told DEPLOYMENT_NAME and NAMESPACE. What Keptn carries out can't be taken back from here. */
const runKeptnTask: Action = {
  name: 'run_keptn_task',
  title: 'Run a Keptn task',
  rungs: ['mitigate', 'remediate', 'rollback'],
  reversible: false,
  cures: {
    // What tasks do in general isn't known; those that there are restart.
    leak: [10, 1],
    deadlock: [18, 2],
    latency: [3, 3],
    rollout: [1, 8],
    '*': [3, 4],
  },
  against: { namespace: [], workload: [] },
  params: {
    definition: 'name of the KeptnTaskDefinition (restart-deployment)',
    keptn_namespace: "where Keptn's own definitions are (keptn-system)",
    retries: 'how often Keptn tries again, a whole number (2)',
    timeout: 'how long it may take, a duration (5m)',
  },
  permissions: [
    { group: 'lifecycle.keptn.sh', resource: 'keptntasks', verbs: ['get', 'list', 'create'] },
    { group: 'lifecycle.keptn.sh', resource: 'keptntaskdefinitions', verbs: ['get'] },
    { group: 'batch', resource: 'jobs', verbs: ['get'] },
    { group: 'apps', resource: 'deployments', verbs: ['get'] },
    { group: 'apps', resource: 'statefulsets', verbs: ['get'] },
    { group: 'apps', resource: 'daemonsets', verbs: ['get'] },
    { group: 'apps', resource: 'replicasets', verbs: ['list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
  ],
  paramFault: taskParamFault,
  async plan(context) {
    const { cluster, step } = context;
    const fault = taskParamFault(step.params);
    if (fault) return refuse('invalid', `params.${fault.param} of this step ${fault.message}.`);
    const served = await cluster.custom.served(TASKS);
    if (!served.ok) return cannotLook(served.failure, 'KeptnTasks');
    if (!served.value)
      return refuse(
        'unsupported',
        "Keptn tasks aren't available: the API server knows no KeptnTasks (lifecycle.keptn.sh/v1). Where Keptn is installed, they are.",
      );
    const looked = await lookAtTarget(context);
    if (!looked.ok) return looked;
    const { workload } = looked.look;
    if (workload.kind !== 'Deployment')
      return refuse('unsupported', `Keptn tasks are told a Deployment, and ${workload.name} is a ${workload.kind}.`);
    const other = await taskUnderWay(cluster, workload, context.clock.now());
    if (!other.ok) return cannotLook(other.failure, 'KeptnTasks');
    if (other.value)
      return refuse(
        'rollout_in_progress',
        `KeptnTask ${other.value.name} is at work on ${workload.name}. It has to end before another one is started.`,
      );
    const busy = inTheWay(looked.look, 'a task for it');
    if (busy) return { ok: false, refusal: busy };
    const params = taskParams(step);
    const found = await findDefinition(cluster, workload.namespace, params);
    if (!found.ok) return found;
    const read = readDefinition(found.definition, workload.name);
    return read.ok ? planTask(context, looked.look, read.job) : read;
  },
  async wasApplied({ cluster, clock, step }, { target, data }, executionId) {
    const place = taskPlace(target.namespace, executionId);
    const found = await cluster.custom.get(place);
    if (!found.ok) {
      if (found.failure.kind === 'not_found') return null;
      return cannotTell('the task was started', refusalOf(found.failure, `KeptnTask ${place.name}`));
    }
    if (found.value.annotations[MARK] !== executionId) return notOurs(place.name);
    const standing = await standingOf(cluster, found.value, taskParams(step), clock.now());
    return appliedAs(standing, { ...data, task: place.name });
  },
  async apply(context, { plan, executionId }, progress): Promise<Applied> {
    const { cluster, step } = context;
    const { name } = taskPlace(plan.target.namespace, executionId);
    // It was there, and somebody took it away: to make it again would be to run it twice.
    if (progress != null)
      return failedWith({ code: 'target_gone', message: `KeptnTask ${name} was deleted before it had ended.` }, true);
    const answer = await createTask(cluster, plan.target, taskParams(step), executionId);
    if (!answer.ok && answer.failure.kind !== 'unreachable' && answer.failure.kind !== 'conflict')
      return failedWith(refusalOf(answer.failure, `KeptnTask ${name}`), false);
    // The answer got lost, or the name is taken, by an earlier try perhaps: whose it is is read from the cluster.
    const standing = await runKeptnTask.wasApplied(context, plan, executionId);
    return standing ?? failedWith({ code: 'unreachable', message: answer.ok ? '' : answer.failure.message }, false);
  },
  async settled(context, execution) {
    const { target } = execution.recommendation.plan;
    const { namespace } = target;
    const place = taskPlace(namespace, execution.id);
    const found = await context.cluster.custom.get(place);
    // Ended tasks are cleared away in time.
    const isGone = !found.ok && found.failure.kind === 'not_found';
    if (!found.ok && !isGone)
      return { kind: 'unknown', message: refusalOf(found.failure, `KeptnTask ${place.name}`).message };
    const params = taskParams(context.step);
    const standing = found.ok ? await standingOf(context.cluster, found.value, params, context.clock.now()) : null;
    if (standing?.kind === 'running') return { kind: 'in_progress', message: `${standing.message}.` };
    const rollout = await settleRollout(context, target, execution.startedAt, () => null);
    // A task that failed healed nothing: what else made the trouble go is not its doing.
    const failed = standing?.kind === 'failed' || execution.result === 'failed';
    return failed && rollout.kind !== 'failed'
      ? { kind: 'in_progress', message: standing ? `${standing.message}.` : execution.message }
      : rollout;
  },
  undo: async () =>
    failedWith({ code: 'unsupported', message: "What a Keptn task did can't be undone from here." }, false),
};

async function planTask({ cluster, clock, step }: ActionContext, look: WorkloadLook, job: Job): Promise<Planned> {
  const { kind, namespace, name, uid } = look.workload;
  const params = taskParams(step);
  const dry = await createTask(cluster, look.workload, params, null);
  if (!dry.ok) return cannotLook(dry.failure, 'a KeptnTask');
  const tries = params.retries === 0 ? 'one try' : `up to ${params.retries + 1} tries`;
  const { definition } = job;
  const changes: FieldChange[] = [
    {
      path: `KeptnTask of ${definition.namespace}/${definition.name} for Deployment ${name}`,
      before: 'none',
      after: `${job.does} (${tries}, within ${durationText(params.timeoutMs)})`,
    },
  ];
  return {
    ok: true,
    plan: {
      action: 'run_keptn_task',
      target: { kind, namespace, name, uid },
      changes,
      diff: objectDiff(`${namespace}/${params.definition}`, {}, dry.value.object),
      summary: `Run Keptn task ${params.definition} for ${name}`,
      reversible: false,
      blastRadius: radiusOf(look, job),
      notes: [
        ...job.notes,
        "Once started it runs to its end or its timeout, also while Nightshift is paused; it can't be undone.",
      ],
      digest: planDigest('run_keptn_task', uid, changes),
      data: { definition: definition.name },
      plannedAt: clock.now(),
    },
  };
}

/** A restart is as wide as a restart. What any other task touches isn't known, which counts as wide. */
function radiusOf(look: WorkloadLook, job: Job): BlastRadius {
  const rolling = rollingBlastRadius(look, () => false);
  if (job.restarts) return rolling;
  const total = look.pods.length;
  return {
    ...rolling,
    level: 'high',
    takesAway: true,
    message: `What the task touches isn't known here: all ${total} pods of ${look.workload.name}, and more, may be.`,
  };
}

function notOurs(name: string): Applied {
  return failedWith(
    { code: 'target_gone', message: `There is a KeptnTask ${name} that Nightshift didn't make: it is left.` },
    false,
  );
}

const refuse = (code: Refusal['code'], message: string): Planned => ({ ok: false, refusal: { code, message } });

export default runKeptnTask;
