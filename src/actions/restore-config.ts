import { changedKeys, configData, writtenAt } from '../domain/config-versions.ts';
import { inMinutes } from '../domain/duration.ts';
import { maskText } from '../domain/mask-text.ts';
import { readPath } from '../domain/object-path.ts';
import type { Execution } from '../domain/types/execution.ts';
import type { FieldChange, Plan } from '../domain/types/plan.ts';
import type { RefusalCode } from '../domain/types/refusal.ts';
import type { Action, ActionContext, Applied, Planned } from '../extension-points.ts';
import type { ConfigCopy } from '../ports/config-copies.ts';
import type { CustomObject } from '../ports/custom-objects.ts';
import { blastOf } from './config/blast.ts';
import { restartUsers, type User, usersOf, usersOfPlan } from './config/users.ts';
import { CONFIG_MAPS } from './edit/edited-kinds.ts';
import { editing, type Intended } from './edit/editing.ts';
import { cannotLook } from './workload/look.ts';
import { settleRollout } from './workload/settle.ts';

/** So long before the trouble a version must have come that is to blame for it. */
const MOST_AGO_MS = 6 * 3_600_000;
const MOST_SHOWN = 200;
/** What stood for less was perhaps a try on the way to what came next: whether it was well, nobody saw. */
const STEADY_MS = 3_600_000;

const restoring = editing({
  name: 'restore_config',
  title: 'Restore a ConfigMap',
  rungs: ['rollback'],
  reversible: true,
  optIn: 'configs',
  cures: { config_change: [16, 3], config_invalid: [12, 4], config_map_key_missing: [12, 4], '*': [1, 6] },
  against: { namespace: [], workload: [] },
  permissions: [
    { group: '', resource: 'configmaps', verbs: ['get', 'list', 'patch'] },
    { group: 'apps', resource: 'deployments', verbs: ['get', 'list', 'patch'] },
    { group: 'apps', resource: 'statefulsets', verbs: ['get', 'list', 'patch'] },
    { group: 'apps', resource: 'daemonsets', verbs: ['get', 'list', 'patch'] },
    { group: 'apps', resource: 'replicasets', verbs: ['list'] },
    { group: 'apps', resource: 'controllerrevisions', verbs: ['list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
  ],
  intend: async (context) => (await intended(context)).intended,
  async settled(context, _edit, execution) {
    for (const user of usersOfPlan(execution.recommendation.plan)) {
      const settled = await settleRollout(context, user, execution.startedAt, () => null);
      if (settled.kind !== 'settled') return settled;
    }
    return { kind: 'settled', message: 'The ConfigMap holds what it held before.' };
  },
});

/**
 * A ConfigMap that was changed shortly before the trouble goes back to the version before, of which an encrypted copy is kept; workloads that take variables from it are restarted (files are brought by the kubelet). Without a copy it is
 * no action: the hand-over says which keys were changed.
 */
const restoreConfig: Action = {
  ...restoring,
  async plan(context): Promise<Planned> {
    const { users } = await intended(context);
    const planned = await restoring.plan(context);
    if (!planned.ok) return planned;
    const { plan } = planned;
    return { ok: true, plan: { ...plan, diff: masked(plan.diff), data: { ...plan.data, users } } };
  },
  async wasApplied(context, plan, executionId) {
    const applied = await restoring.wasApplied(context, plan, executionId);
    return applied?.kind === 'done' ? restartUsers(context, usersOfPlan(plan), executionId, applied, true) : applied;
  },
  async apply(context, authorised, progress) {
    const applied = await restoring.apply(context, authorised, progress);
    return withRestart(context, authorised.plan, authorised.executionId, applied);
  },
  async undo(context, execution: Execution, authorised) {
    const undone = await restoring.undo(context, execution, authorised);
    return withRestart(context, execution.recommendation.plan, `${execution.id}-undo`, undone);
  },
};

const withRestart = async (context: ActionContext, plan: Plan, mark: string, applied: Applied): Promise<Applied> =>
  applied.kind === 'done' ? restartUsers(context, usersOfPlan(plan), mark, applied, false) : applied;

type Look = { intended: Intended; users: User[] };

async function intended(context: ActionContext): Promise<Look> {
  const { cluster, configCopies, target, clock } = context;
  const blamed = context.findings.find(
    ({ what, about, object }) => what === 'config_change' && about.name === target.name && object?.kind === 'ConfigMap',
  )?.object;
  if (!blamed) return no('not_needed', `No ConfigMap that ${target.name} uses was changed shortly before the trouble.`);
  const subject = `ConfigMap ${blamed.name}`;
  if (!configCopies)
    return no('no_history', `${subject}: no copy of what it held is kept (\`NIGHTSHIFT_STATE_KEY\` isn't set).`);
  const found = await cluster.custom.get({ kind: CONFIG_MAPS, namespace: blamed.namespace, name: blamed.name });
  if (!found.ok) return { intended: cannotLook(found.failure, subject), users: [] };
  const now = found.value;
  const changedAt = writtenAt(now.object);
  if (clock.now() - changedAt > MOST_AGO_MS)
    return no('not_needed', `${subject} was changed too long ago to be blamed.`);
  if (readPath(now.object, ['immutable']) === true) return no('unsupported', `${subject} is immutable.`);
  const copies = await configCopies.of(blamed.namespace, blamed.name);
  const before = copies.find((copy) => copy.uid === now.uid && copy.changedAt < changedAt);
  if (!before) return no('no_history', `${subject}: no copy from before its last change is there.`);
  const users = await usersOf(cluster, blamed);
  if (!users.ok) return { intended: cannotLook(users.failure, `the users of ${subject}`), users: [] };
  return {
    intended: intentOf(context, now, before, users.value),
    users: users.value.filter(({ restarts }) => restarts),
  };
}

function intentOf(context: ActionContext, now: CustomObject, before: ConfigCopy, users: User[]): Intended {
  const keys = changedKeys(configData(now.object), before.data);
  const restarted = users.filter(({ restarts }) => restarts);
  if (keys.length === 0) return no('not_needed', `ConfigMap ${now.name} holds what it held before.`).intended;
  const namespace = now.namespace ?? '';
  const others = users.filter(({ name }) => name !== context.target.name).map(({ name }) => name);
  return {
    ok: true,
    intent: {
      kind: CONFIG_MAPS,
      object: now,
      target: { kind: context.target.kind, namespace, name: context.target.name, uid: now.uid },
      fields: keys.map(({ key, now: held, before: former }) => ({
        path: ['data', key],
        value: former,
        words: { before: shown(key, held), after: shown(key, former) },
      })),
      alsoSaid: restarted.map(
        ({ kind, name }): FieldChange => ({
          path: `${kind} ${name} pods`,
          before: 'run',
          after: 'restarted, a few at a time',
        }),
      ),
      isRollback: true,
      ...unproven(now, before),
      summary: `Restore ConfigMap ${now.name} to what it held before ${new Date(writtenAt(now.object)).toISOString().slice(0, 16).replace('T', ' ')} UTC${restarted.length > 0 ? ` and restart ${restarted.map(({ name }) => name).join(', ')}` : ''}`,
      blastRadius: blastOf(namespace, context.target.name, users),
      notes: [
        ...(restarted.length < users.length
          ? [
              'Files that are mounted from it are brought up to date by the kubelet within about a minute; a program has to read them again.',
            ]
          : []),
        ...(others.length > 0
          ? [`${others.slice(0, 5).join(', ')} ${others.length === 1 ? 'uses' : 'use'} it, too.`]
          : []),
      ],
    },
  };
}

/** Alone only to a version that stood for long enough to have been seen well. */
function unproven(now: CustomObject, before: ConfigCopy): { onlyAsked?: string } {
  const stoodMs = writtenAt(now.object) - before.changedAt;
  if (stoodMs >= STEADY_MS) return {};
  return { onlyAsked: `the version before stood for only ${inMinutes(stoodMs)}: whether it was well isn't known` };
}

const TELLING = /pass(word|wd)?|secret|token|credential|api_?key|private|dsn|auth/i;
const shown = (key: string, value: string | null): string =>
  value === null ? 'none' : TELLING.test(key) ? '***' : maskText(value, MOST_SHOWN);

/** Line by line: a key that tells of a secret, or a value that looks like one. */
const masked = (diff: string): string =>
  diff
    .split('\n')
    .map((line) => {
      const key = /^[-+ ]\s*([\w.-]{1,253}): /.exec(line);
      return key?.[1] && TELLING.test(key[1]) ? `${key[0]}***` : maskText(line, 500);
    })
    .join('\n');

const no = (code: RefusalCode, message: string): { intended: Extract<Intended, { ok: false }>; users: [] } => ({
  intended: { ok: false, refusal: { code, message } },
  users: [],
});

export default restoreConfig;
