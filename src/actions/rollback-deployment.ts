import { changedMigration, lastHealthy, unpullable } from '../domain/former-revision.ts';
import { readPath } from '../domain/object-path.ts';
import type { Finding } from '../domain/types/finding.ts';
import type { FieldChange } from '../domain/types/plan.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import type { ActionContext } from '../extension-points.ts';
import type { Revision } from '../ports/cluster-objects.ts';
import { editing, type Intended } from './edit/editing.ts';
import { ofWorkload } from './edit/intent-of-workload.ts';
import { lookAtTarget, troubledPods, type WorkloadLook } from './workload/look.ts';
import { rollingBlastRadius } from './workload/rolling.ts';
import { newestPods, settleRollout } from './workload/settle.ts';
import { TEMPLATE_CURES } from './workload/template-cures.ts';

/** Names the ReplicaSet that was rolled back from, so that a later rollback doesn't choose it. */
const BAD_REVISION = 'nightshift.dev/rolled-back-from';
const TEMPLATE = ['spec', 'template'];
/** Pods that can't run point to the newest revision if it is no older than this. */
const YOUNG_MS = 60 * 60_000;

/** Back to the template of the last good revision, as `kubectl rollout undo` does it: the Deployment then counts it as its newest revision. */
const rollbackDeployment = editing({
  name: 'rollback_deployment',
  title: 'Roll back',
  rungs: ['rollback'],
  reversible: true,
  cures: TEMPLATE_CURES,
  against: { namespace: [], workload: [] },
  permissions: [
    { group: 'apps', resource: 'deployments', verbs: ['get', 'list', 'patch'] },
    { group: 'apps', resource: 'replicasets', verbs: ['list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
    { group: '', resource: 'events', verbs: ['list'] },
  ],
  async intend(context): Promise<Intended> {
    const looked = await lookAtTarget(context);
    if (!looked.ok) return looked;
    const { look } = looked;
    const refusal = refuse(look, context.findings, context.clock.now());
    if (refusal) return { ok: false, refusal };
    const { workload, revisions, raw } = look;
    const current = { revision: workload.revision, template: readPath(raw, TEMPLATE) };
    const good = lastHealthy(revisions, current, workload.annotations[BAD_REVISION]);
    if (!good) return { ok: false, refusal: noHistory(look) };
    const obstacle = acrossMigration(look, good) ?? (await withoutImage(context, look, good));
    return obstacle ? { ok: false, refusal: obstacle } : intentOf(look, good);
  },
  settled: (context, { place, uid }, { startedAt }) =>
    settleRollout(context, { namespace: place.namespace ?? '', name: place.name, uid }, startedAt, () => null),
});

function refuse(look: WorkloadLook, findings: Finding[], now: number): Refusal | null {
  const { workload, rollout } = look;
  const name = `${workload.kind} ${workload.name}`;
  if (workload.kind !== 'Deployment')
    return { code: 'unsupported', message: `${name}: only Deployments can be rolled back yet.` };
  if (workload.paused)
    return {
      code: 'deployment_paused',
      message: `${name} is paused and can't be rolled back; \`kubectl rollout resume deployment/${workload.name}\` lifts it.`,
    };
  const fails = neverReady(look, now) || isConvicted(look, findings);
  if (rollout.name === 'in_progress' && !fails)
    return {
      code: 'rollout_in_progress',
      message: `${name} is being rolled out: ${rollout.message}, and none of its new pods fails yet.`,
    };
  return isSuspect(look, findings, fails, now)
    ? null
    : {
        code: 'not_needed',
        message: `${name}: nothing points to its newest revision (${workload.revision}) as the cause.`,
      };
}

/** A pod that no node has taken for so long isn't only waiting for its turn; a node that is being added for it mostly comes sooner. */
const PLACED_MS = 2 * 60_000;

/** As long as a program may take to start by Kubernetes' own default. */
const DEADLINE_SECONDS = 600;

/**
 * Whether the newest revision fails, whatever with: a pod of it can't run, or died in its first minutes though none ever got ready; or no node takes one; or none was made or got ready within the deadline, which the Deployment itself may
 * say only later (it counts from the last progress).
 */
function neverReady(look: WorkloadLook, now: number): boolean {
  const { workload, revisions, raw, rollout } = look;
  const newest = newestPods(look);
  if (rollout.name === 'stuck' || troubledPods(newest).length > 0) return true;
  const revision = revisions.find((one) => one.revision === workload.revision);
  if (!revision || revision.readyReplicas > 0 || workload.replicas === 0) return false;
  const unplaced = newest.some((pod) => pod.node === null && !pod.deleting && now - pod.createdAt > PLACED_MS);
  const died = newest.some((pod) => !pod.ready && pod.containers.some(({ restarts }) => restarts > 0));
  const seconds = readPath(raw, ['spec', 'progressDeadlineSeconds']);
  const deadlineMs = (typeof seconds === 'number' ? seconds : DEADLINE_SECONDS) * 1_000;
  // One that was gone back to keeps its first date.
  const isNew = revisions.every(({ createdAt }) => createdAt <= revision.createdAt);
  return died || unplaced || (isNew && now - revision.createdAt > deadlineMs);
}

/** The cluster's own objects convict it, and no pod of its newest template is ready: that isn't a rollout that goes on. */
function isConvicted({ workload, revisions }: WorkloadLook, findings: Finding[]): boolean {
  const newest = revisions.find((one) => one.revision === workload.revision);
  return (
    newest?.readyReplicas === 0 &&
    findings.some(({ convicts, about }) => convicts === true && about.name === workload.name)
  );
}

/** Only the newest revision can be mended by a rollback: it must be stuck, be named as the change, or be young and fail. */
function isSuspect(
  { workload, revisions, rollout }: WorkloadLook,
  findings: Finding[],
  bad: boolean,
  now: number,
): boolean {
  if (rollout.name === 'stuck') return true;
  const named = findings.some(
    (finding) =>
      finding.kind === 'change' &&
      finding.what === 'rollout' &&
      finding.strength >= 0.5 &&
      finding.about.name === workload.name,
  );
  if (named) return true;
  const newest = revisions.find((revision) => revision.revision === workload.revision);
  return bad && newest !== undefined && (rollout.name === 'in_progress' || now - newest.createdAt <= YOUNG_MS);
}

/** What a migration did to a database isn't taken back with the program: whether the older one still fits is a person's to say. */
function acrossMigration({ workload, raw }: WorkloadLook, good: Revision): Refusal | null {
  const migration = changedMigration(good.template, readPath(raw, TEMPLATE));
  if (migration === null) return null;
  const message = `Deployment ${workload.name}: its init container ${migration}, which looks like a database migration, isn't the same in revision ${good.revision}. A rollback wouldn't take back what it did: check that the older program fits, then \`kubectl rollout undo deployment/${workload.name} -n ${workload.namespace} --to-revision=${good.revision}\`.`;
  return { code: 'unsupported', message };
}

/** So long ago a pull that failed still says something of the registry. */
const PULLS_MS = 30 * 60_000;

/** Back to an image that can't be had, none of the pods would start. One that still serves has its image on the nodes. */
async function withoutImage(
  { cluster, clock }: ActionContext,
  { workload, pods }: WorkloadLook,
  good: Revision,
): Promise<Refusal | null> {
  if (good.readyReplicas > 0) return null;
  const events = await cluster.events(workload.namespace, clock.now() - PULLS_MS);
  const failing = (events.ok ? events.value : []).flatMap(({ message }) => {
    const image = /^Failed to pull image "([^"]+)"/.exec(message)?.[1];
    return image === undefined ? [] : [{ image, message }];
  });
  const waiting = pods.flatMap((pod) => pod.containers).some(({ waiting: why }) => why && PULL.test(why.reason));
  if (!waiting && failing.length === 0) return null;
  const image = unpullable(good.images, failing);
  if (image === null) return null;
  const message = `Deployment ${workload.name} can't be rolled back to revision ${good.revision}: its image ${image} can't be pulled either now. Mend the registry or the pull secret first.`;
  return { code: 'unsupported', message };
}

const PULL = /ImagePull|ErrImage/;

function noHistory({ workload, revisions }: WorkloadLook): Refusal {
  const older = revisions.length - 1;
  const message =
    older > 0
      ? `none of its ${older} older revisions differs and is known to be good`
      : 'it has no older revision (`revisionHistoryLimit` says how many are kept)';
  return { code: 'no_history', message: `Deployment ${workload.name} can't be rolled back: ${message}.` };
}

function intentOf(look: WorkloadLook, good: Revision): Intended {
  const { workload, revisions } = look;
  const newest = revisions.find((revision) => revision.revision === workload.revision);
  const images = imageChanges(newest?.images ?? {}, good.images);
  const words = {
    before: `revision ${workload.revision} (${newest?.name ?? 'unknown'})`,
    after: `revision ${good.revision} (${good.name})`,
  };
  return {
    ok: true,
    intent: {
      ...ofWorkload(look),
      fields: [{ path: TEMPLATE, value: good.template, words }],
      alsoSaid: images,
      isRollback: true,
      ...(newest ? { annotations: { [BAD_REVISION]: newest.name } } : {}),
      summary: `Roll ${workload.name} back from revision ${workload.revision} to ${good.revision}${imageWords(images)}`,
      blastRadius: rollingBlastRadius(look, (pod) => pod.owner?.uid === good.uid),
      notes: ["ConfigMaps and Secrets aren't rolled back: a revision only holds the pod template."],
    },
  };
}

function imageChanges(from: Record<string, string>, to: Record<string, string>): FieldChange[] {
  return Object.keys({ ...from, ...to })
    .sort()
    .filter((container) => from[container] !== to[container])
    .map((container) => ({
      path: `spec.template.spec.containers[${container}].image`,
      before: from[container] ?? '(none)',
      after: to[container] ?? '(none)',
    }));
}

function imageWords(changes: FieldChange[]): string {
  const image = changes.find(({ path }) => path.endsWith('.image'));
  return image ? ` (${image.before} → ${image.after})` : '';
}

export default rollbackDeployment;
