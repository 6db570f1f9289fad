import { readPath, sameJson } from '../domain/object-path.ts';
import type { FieldChange, Finding, Refusal } from '../domain/types.ts';
import type { Revision } from '../ports/cluster.ts';
import { editing, type Intended } from './edit/editing.ts';
import { ofWorkload } from './edit/of-workload.ts';
import { type Look, lookAtTarget, troubledPods } from './workload/look.ts';
import { rollingBlastRadius } from './workload/rolling.ts';
import { newestPods, settleRollout } from './workload/settle.ts';

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
  cures: { rollout: [38, 2], crash_loop: [6, 4], '*': [1, 5] },
  against: { namespace: [], workload: [] },
  permissions: [
    { group: 'apps', resource: 'deployments', verbs: ['get', 'list', 'patch'] },
    { group: 'apps', resource: 'replicasets', verbs: ['list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
  ],
  async intend(context): Promise<Intended> {
    const looked = await lookAtTarget(context);
    if (!looked.ok) return looked;
    const { look } = looked;
    const refusal = refuse(look, context.findings, context.clock.now());
    if (refusal) return { ok: false, refusal };
    const good = lastGood(look);
    return good ? intentOf(look, good) : { ok: false, refusal: noHistory(look) };
  },
  settled: (context, { place, uid }, { startedAt }) =>
    settleRollout(context, { namespace: place.namespace ?? '', name: place.name, uid }, startedAt, () => null),
});

function refuse(look: Look, findings: Finding[], now: number): Refusal | null {
  const { workload, rollout } = look;
  const name = `${workload.kind} ${workload.name}`;
  if (workload.kind !== 'Deployment')
    return { code: 'unsupported', message: `${name}: only Deployments can be rolled back yet.` };
  if (workload.paused)
    return {
      code: 'deployment_paused',
      message: `${name} is paused and can't be rolled back; \`kubectl rollout resume deployment/${workload.name}\` lifts it.`,
    };
  const bad = troubledPods(newestPods(look))[0];
  if (rollout.name === 'in_progress' && !bad)
    return {
      code: 'rollout_in_progress',
      message: `${name} is being rolled out: ${rollout.message}, and none of its new pods fails yet.`,
    };
  return isSuspect(look, findings, bad !== undefined, now)
    ? null
    : {
        code: 'not_needed',
        message: `${name}: nothing points to its newest revision (${workload.revision}) as the cause.`,
      };
}

/** Only the newest revision can be mended by a rollback: it must be stuck, be named as the change, or be young and fail. */
function isSuspect({ workload, revisions, rollout }: Look, findings: Finding[], bad: boolean, now: number): boolean {
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

/**
 * An older revision that differs and wasn't rolled back from: one that still serves, where there is one (it is good beyond doubt, and a release
 * between may never have been), else the newest.
 */
function lastGood({ workload, revisions, raw }: Look): Revision | undefined {
  const current = withoutDefaults(readPath(raw, TEMPLATE));
  const known = workload.annotations[BAD_REVISION];
  const candidates = revisions.filter(
    (revision) =>
      revision.revision > 0 &&
      revision.revision < workload.revision &&
      revision.name !== known &&
      !(revision.replicas > 0 && revision.readyReplicas === 0) &&
      !sameJson(withoutDefaults(revision.template), current),
  );
  return candidates.find((revision) => revision.readyReplicas > 0) ?? candidates[0];
}

/** An empty map is the same as none, and `creationTimestamp: null` says nothing. */
function withoutDefaults(template: unknown): unknown {
  return JSON.parse(
    JSON.stringify(template ?? {}, (key, value: unknown) =>
      key === 'creationTimestamp' || isEmpty(value) ? undefined : value,
    ),
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function noHistory({ workload, revisions }: Look): Refusal {
  const older = revisions.length - 1;
  const message =
    older > 0
      ? `none of its ${older} older revisions differs and is known to be good`
      : 'it has no older revision (`revisionHistoryLimit` says how many are kept)';
  return { code: 'no_history', message: `Deployment ${workload.name} can't be rolled back: ${message}.` };
}

function intentOf(look: Look, good: Revision): Intended {
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
