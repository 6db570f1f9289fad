import { dataOf } from '../../domain/snapshot/calls.ts';
import { type ClusterState, isAbsent, objectAt } from '../../domain/snapshot/cluster-state.ts';
import { labelsAt } from '../../domain/snapshot/fields.ts';
import { editCommand } from '../../domain/snapshot/kubectl.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import { standingPods, unready } from '../../domain/snapshot/trouble.ts';
import { containerPath, type StateWorkload, templatePath } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

type Kind = 'ConfigMap' | 'Secret';
type Needed = { kind: Kind; name: string; key: string; field: string };

const NOT_FOUND = /(?:configmap|secret)s? "([^"]+)" not found|object "[^"]+"\/"([^"]+)" not registered/i;
const NO_KEY =
  /couldn't find key (\S+) in (ConfigMap|Secret) (?:[^/\s]+\/)?(\S+)|references non-existent (?:config|secret) key: ?(\S*)/i;

/** ConfigMaps, Secrets and keys of them that pods need and that aren't there: as the kubelet says, or by comparison. */
const missingReferences: StateCorrelator = {
  name: 'missing_references',
  finds: {
    config_map_missing: {
      area: 'configuration',
      title: 'a ConfigMap that the pods need does not exist',
      object: 'workload',
      whose: 'author',
      should: 'there',
    },
    config_map_key_missing: {
      area: 'configuration',
      title: 'a key of a ConfigMap does not exist',
      object: 'workload',
      whose: 'author',
      should: 'there, or the name of a key that is',
    },
    secret_missing: {
      area: 'configuration',
      title: 'a Secret that the pods need does not exist',
      object: 'workload',
      whose: 'author',
      should: 'there',
    },
    secret_key_missing: {
      area: 'configuration',
      title: 'a key of a Secret does not exist',
      object: 'workload',
      whose: 'author',
      should: 'there, or the name of a key that is',
    },
  },
  find: (state) =>
    state.workloads.flatMap((workload) => {
      if (hasFailed(workload)) return toldBefore(workload).filter(({ facts }) => !isBack(state, facts));
      if (workload.desired === 0 || unready(workload).length === 0) return [];
      const told = toldMissing(workload);
      return told.length > 0 ? told : neededBy(workload).flatMap((one) => comparedMissing(state, workload, one));
    }),
};

function toldMissing(workload: StateWorkload): StateCause[] {
  const words = new Map<string, StateFact>();
  for (const pod of unready(workload)) {
    for (const { name, waiting } of pod.containers)
      if (waiting?.reason === 'CreateContainerConfigError')
        words.set(
          waiting.message,
          fact(
            { ...pod, kind: 'Pod' },
            `status.containerStatuses[${name}].state.waiting`,
            `${waiting.reason}: ${waiting.message}`,
          ),
        );
    const waits =
      pod.containers.length === 0 || pod.containers.every(({ runningSince, ended }) => runningSince === null && !ended);
    for (const event of workload.events)
      if (waits && event.about.name === pod.name && event.reason === 'FailedMount')
        words.set(event.message, fact(event.about, `event ${event.reason}`, event.message));
  }
  return causesBy(workload, words);
}

const hasFailed = ({ kind, conditions }: StateWorkload): boolean =>
  kind === 'Job' && conditions.some(({ type, status }) => type === 'Failed' && status === 'True');

/** What was missing then, and is there now. */
const isBack = (state: ClusterState, facts: readonly StateFact[]): boolean =>
  facts.some(({ object, field }) => field === 'metadata.name' && objectAt(state, object) !== undefined);

/** The pods of a Job that reached its deadline are gone; what the kubelet said of them is still there. */
function toldBefore(workload: StateWorkload): StateCause[] {
  const words = new Map<string, StateFact>();
  for (const { about, reason, message } of workload.events)
    if (about.kind === 'Pod' && (reason === 'Failed' || reason === 'FailedMount'))
      words.set(message, fact(about, `event ${reason}`, message));
  return causesBy(workload, words);
}

function causesBy(workload: StateWorkload, words: ReadonlyMap<string, StateFact>): StateCause[] {
  return [...words].flatMap(([message, told]): StateCause[] => {
    const key = NO_KEY.exec(message);
    const missing = NOT_FOUND.exec(message);
    if (!key && !missing) return [];
    const name = key ? (key[3] ?? '').replace(/(?<![",:])[",:]+$/, '') : (missing?.[1] ?? missing?.[2] ?? '');
    const needed = neededBy(workload).find(
      (one) => one.name === name || (key?.[1] !== undefined && one.key === key[1]),
    );
    const kind: Kind = needed?.kind ?? (/secret/i.test(key?.[2] ?? message) ? 'Secret' : 'ConfigMap');
    return [
      causeOf(
        workload,
        {
          kind,
          name: name || (needed?.name ?? ''),
          key: key ? (key[1] ?? key[4] ?? '') : '',
          field: needed?.field ?? templatePath(workload),
        },
        [told],
        0.98,
      ),
    ];
  });
}

/** What must be there before its containers start. */
function neededBy(workload: StateWorkload): Needed[] {
  const at = templatePath(workload);
  const { containers, volumes } = workload.template;
  return [
    ...containers.flatMap((container) => [
      ...container.env.flatMap(({ name, from }) =>
        from && !from.optional
          ? [
              {
                kind: from.kind,
                name: from.name,
                key: from.key,
                field: containerPath(workload, container, `env[${name}].valueFrom`),
              },
            ]
          : [],
      ),
      ...container.envFrom.flatMap(({ kind, name, optional }) =>
        optional ? [] : [{ kind, name, key: '', field: containerPath(workload, container, 'envFrom') }],
      ),
    ]),
    ...volumes.flatMap(({ kind, target: name, optional, name: volume }) =>
      (kind === 'ConfigMap' || kind === 'Secret') && !optional
        ? [{ kind, name, key: '', field: `${at}.volumes[${volume}]` }]
        : [],
    ),
  ];
}

function comparedMissing(state: ClusterState, workload: StateWorkload, needed: Needed): StateCause[] {
  const ref = { kind: needed.kind, namespace: workload.namespace, name: needed.name };
  const stuck = standingPods(workload).some(({ phase, node }) => phase === 'Pending' && node !== '');
  if (!stuck) return [];
  if (isAbsent(state, ref)) return [causeOf(workload, { ...needed, key: '' }, [], 0.9)];
  const object = objectAt(state, ref);
  if (!object || needed.key === '') return [];
  const keys = {
    ...dataOf(state, workload.namespace, needed.kind, needed.name),
    ...labelsAt(object.raw, 'binaryData'),
  };
  if (Object.keys(keys).length === 0 || needed.key in keys) return [];
  return [
    causeOf(
      workload,
      needed,
      [fact(ref, 'data', `has ${Object.keys(keys).slice(0, 20).join(', ')}; not ${needed.key}`)],
      0.9,
    ),
  ];
}

function causeOf(
  workload: StateWorkload,
  { kind, name, key, field }: Needed,
  more: StateFact[],
  strength: number,
): StateCause {
  const stem = kind === 'ConfigMap' ? 'config_map' : 'secret';
  const object = refOf(workload);
  const create =
    kind === 'ConfigMap'
      ? `kubectl create configmap ${name} -n ${workload.namespace} --from-literal=KEY=VALUE`
      : `kubectl create secret generic ${name} -n ${workload.namespace} --from-literal=KEY=VALUE`;
  return {
    what: key ? `${stem}_key_missing` : `${stem}_missing`,
    object,
    strength,
    facts: [
      fact(object, field, key ? `${kind} ${name}, key ${key}` : `${kind} ${name}`),
      ...more,
      fact({ kind, namespace: workload.namespace, name }, key ? `data[${key}]` : 'metadata.name', 'not there'),
    ],
    hurts: [],
    command: key ? editCommand({ kind, namespace: workload.namespace, name }) : create,
  };
}

export default missingReferences;
