import type { CauseKind } from '../../domain/cause-kinds.ts';
import { type ClusterState, isAbsent, objectsOf } from '../../domain/snapshot/cluster-state.ts';
import type { StateEvent } from '../../domain/snapshot/event.ts';
import { recordsAt, textAt } from '../../domain/snapshot/fields.ts';
import { describe, editCommand } from '../../domain/snapshot/kubectl.ts';
import { moreThanUsed } from '../../domain/snapshot/should-be.ts';
import type { ObjectRef } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import { standingPods } from '../../domain/snapshot/trouble.ts';
import { type StateWorkload, templatePath } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** Why the API server refuses to make pods: in FailedCreate events, and in the condition ReplicaFailure. */
const refusedPods: StateCorrelator = {
  name: 'refused_pods',
  finds: {
    service_account_missing: {
      area: 'admission',
      title: 'the ServiceAccount does not exist',
      object: 'workload',
      whose: 'author',
      should: 'a ServiceAccount of this namespace',
    },
    quota_exceeded_other: {
      area: 'admission',
      title: "the namespace's quota is full",
      object: 'ResourceQuota',
      whose: 'namespace',
      should: moreThanUsed('of it'),
    },
    pod_security_violated: {
      area: 'admission',
      title: "the namespace's Pod Security level forbids the pods",
      object: 'workload or Namespace',
      whose: 'namespace',
      should: "within the namespace's Pod Security level",
    },
    limit_range_violated: {
      area: 'admission',
      title: 'the LimitRange forbids what the pods ask for',
      object: 'LimitRange or workload',
      whose: 'namespace',
      should: 'within what the LimitRange allows',
    },
    webhook_unavailable: {
      area: 'admission',
      title: "an admission webhook can't be called",
      object: 'webhook configuration',
      whose: 'namespace',
      should: 'answered by its Service',
    },
    webhook_denied: {
      area: 'admission',
      title: 'an admission webhook refuses the pods',
      object: 'workload',
      whose: 'namespace',
      should: 'as the webhook asks for: its message says what',
    },
    priority_class_missing: {
      area: 'admission',
      title: 'the PriorityClass does not exist',
      object: 'workload',
      whose: 'cluster',
      should: 'a PriorityClass that is there',
    },
    pods_refused: {
      area: 'admission',
      title: 'the API server refuses the pods',
      object: 'workload',
      whose: 'namespace',
      symptom: true,
      should: 'as the API server takes them: its message says what',
    },
  },
  alsoFinds: [
    'quota_exceeded_cpu',
    'quota_exceeded_memory',
    'quota_exceeded_pods',
    'quota_exceeded_services',
    'quota_exceeded_storage',
  ],
  find: (state) => {
    const refused = state.workloads.flatMap((workload) => {
      const told = refusalOf(workload);
      return told ? [{ workload, told }] : [];
    });
    const alike = Map.groupBy(refused, ({ workload, told }) => `${workload.namespace} ${kindOf(told.value)}`);
    return refused.flatMap(({ workload, told }) =>
      causeOf(state, workload, told, (alike.get(`${workload.namespace} ${kindOf(told.value)}`)?.length ?? 1) > 1),
    );
  },
};

function refusalOf(workload: StateWorkload): StateFact | null {
  const condition = workload.conditions.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  if (workload.desired === 0 || (standingPods(workload).length >= workload.desired && !condition)) return null;
  // What an older template was refused for is over.
  const event = workload.events.find(({ reason, last }) => reason === 'FailedCreate' && last >= workload.changedAt);
  if (event && !isOver(workload, event)) return fact(event.about, `event ${event.reason}`, event.message);
  return condition
    ? fact(workload, 'status.conditions[ReplicaFailure]', `${condition.reason}: ${condition.message}`)
    : null;
}

/** Pods were made after it. */
const isOver = ({ events }: StateWorkload, refused: StateEvent): boolean =>
  events.some(
    ({ reason, last, about }) =>
      reason === 'SuccessfulCreate' && about.name === refused.about.name && last > refused.last,
  );

const KINDS: [CauseKind, RegExp][] = [
  ['service_account_missing', /serviceaccount "[^"]+" not found|error looking up service account/i],
  ['quota_exceeded_other', /exceeded quota|failed quota/i],
  ['pod_security_violated', /violates PodSecurity/i],
  [
    'limit_range_violated',
    /(?:maximum|minimum) (?:cpu|memory|storage|ephemeral-storage) usage per|max limit to request ratio|LimitRange/i,
  ],
  ['webhook_unavailable', /failed calling webhook|failed to call webhook/i],
  ['webhook_denied', /admission webhook "[^"]+" denied|denied the request|ValidatingAdmissionPolicy/i],
  ['priority_class_missing', /no PriorityClass with name/i],
];
const kindOf = (message: string): CauseKind =>
  KINDS.find(([, pattern]) => pattern.test(message))?.[0] ?? 'pods_refused';

function causeOf(state: ClusterState, workload: StateWorkload, told: StateFact, several: boolean): StateCause[] {
  const message = told.value;
  const own = refOf(workload);
  const at = templatePath(workload);
  const make = (
    what: CauseKind,
    object: ObjectRef,
    facts: StateFact[],
    command: string,
    strength = 0.97,
  ): StateCause[] => [{ what, object, strength, facts: [told, ...facts], hurts: [own], command }];
  switch (kindOf(message)) {
    case 'service_account_missing': {
      const name = /serviceaccount "([^"]+)"|service account [^/\s]+\/([^\s:]+)/i.exec(message);
      const account = name?.[1] ?? name?.[2] ?? workload.template.serviceAccount;
      const absent = isAbsent(state, { kind: 'ServiceAccount', namespace: workload.namespace, name: account });
      return make(
        'service_account_missing',
        own,
        [
          fact(own, `${at}.serviceAccountName`, account),
          ...(absent
            ? [
                fact(
                  { kind: 'ServiceAccount', namespace: workload.namespace, name: account },
                  'metadata.name',
                  'not there',
                ),
              ]
            : []),
        ],
        `kubectl create serviceaccount ${account} -n ${workload.namespace}`,
      );
    }
    case 'quota_exceeded_other':
      return quota(workload, message, make);
    case 'pod_security_violated': {
      const level = /violates PodSecurity "([^"]+)"/.exec(message)?.[1] ?? '';
      const namespace = { kind: 'Namespace', namespace: '', name: workload.namespace };
      return make(
        'pod_security_violated',
        several ? namespace : own,
        [
          fact(namespace, 'metadata.labels[pod-security.kubernetes.io/enforce]', level),
          fact(own, `${at}.securityContext`, message.replace(/^.*violates PodSecurity "[^"]+": /, '')),
        ],
        several
          ? `kubectl label namespace ${workload.namespace} pod-security.kubernetes.io/enforce=baseline --overwrite`
          : editCommand(own),
      );
    }
    case 'limit_range_violated':
      return limitRange(state, workload, message, several, make);
    case 'webhook_unavailable': {
      const name = /webhook "([^"]+)"/.exec(message)?.[1] ?? '';
      const config = webhookConfig(state, name);
      return make('webhook_unavailable', config, [fact(config, 'webhooks[].name', name)], describe(config));
    }
    case 'webhook_denied': {
      const name =
        /webhook "([^"]+)"/.exec(message)?.[1] ?? /ValidatingAdmissionPolicy '([^']+)'/.exec(message)?.[1] ?? '';
      return make('webhook_denied', own, [fact(webhookConfig(state, name), 'webhooks[].name', name)], editCommand(own));
    }
    case 'priority_class_missing':
      return make(
        'priority_class_missing',
        own,
        [fact(own, `${at}.priorityClassName`, workload.template.priorityClass)],
        editCommand(own),
      );
    default:
      return make('pods_refused', own, [], describe(own), 0.9);
  }
}

type Make = (
  what: CauseKind,
  object: ObjectRef,
  facts: StateFact[],
  command: string,
  strength?: number,
) => StateCause[];

/** "exceeded quota: NAME, requested: cpu=500m, used: cpu=2, limited: cpu=2", or "failed quota: NAME: must specify limits.cpu". */
function quota(workload: StateWorkload, message: string, make: Make): StateCause[] {
  const name = /(?:exceeded|failed) quota: ([^,:\s]+)/.exec(message)?.[1] ?? 'unknown';
  const object = { kind: 'ResourceQuota', namespace: workload.namespace, name };
  const must = /must specify ([\w.,\-/ ]+)/.exec(message)?.[1];
  const resources = (must ?? /limited: (.*)$/.exec(message)?.[1] ?? message).replace(/=\S+/g, '');
  const what = quotaKind(resources);
  const figures = /requested: (.*?), used: (.*?), limited: (.*?)(?: for |$)/.exec(message);
  const facts = figures
    ? [
        fact(object, 'status.hard', figures[3] ?? ''),
        fact(object, 'status.used', figures[2] ?? ''),
        fact(workload, 'requested', figures[1] ?? ''),
      ]
    : [fact(object, 'spec.hard', resources)];
  return make(what, object, facts, editCommand(object));
}

export function quotaKind(resources: string): CauseKind {
  if (/storage|persistentvolumeclaims/.test(resources)) return 'quota_exceeded_storage';
  if (/services/.test(resources)) return 'quota_exceeded_services';
  if (/memory/.test(resources) && !/cpu/.test(resources)) return 'quota_exceeded_memory';
  if (/cpu/.test(resources)) return 'quota_exceeded_cpu';
  return /pods/.test(resources) ? 'quota_exceeded_pods' : 'quota_exceeded_other';
}

/** Who came last is to blame: a LimitRange that is newer than the template, else the workload. Several refused workloads speak against the LimitRange, too. */
function limitRange(
  state: ClusterState,
  workload: StateWorkload,
  message: string,
  several: boolean,
  make: Make,
): StateCause[] {
  const ranges = objectsOf(state, 'LimitRange', workload.namespace);
  const [range] = ranges;
  const newer = range !== undefined && range.metadata.createdAt > workload.changedAt;
  const object = { kind: 'LimitRange', namespace: workload.namespace, name: range?.metadata.name ?? 'unknown' };
  const facts = [fact(range ? object : workload, 'spec.limits', message.replace(/^.*forbidden: /, ''))];
  return make(
    'limit_range_violated',
    range && (newer || several) ? object : refOf(workload),
    facts,
    editCommand(range && (newer || several) ? object : workload),
  );
}

function webhookConfig(state: ClusterState, webhook: string): ObjectRef {
  for (const kind of ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'])
    for (const { metadata, raw } of objectsOf(state, kind))
      if (recordsAt(raw, 'webhooks').some((one) => textAt(one, 'name') === webhook))
        return { kind, namespace: '', name: metadata.name };
  return { kind: 'ValidatingWebhookConfiguration', namespace: '', name: webhook };
}

export default refusedPods;
