import type { CauseKind } from '../../domain/cause-kinds.ts';
import type { CallGraph } from '../../domain/snapshot/call-graph.ts';
import type { ClusterState } from '../../domain/snapshot/cluster-state.ts';
import { complainedOf, isDatabase } from '../../domain/snapshot/database.ts';
import { editCommand } from '../../domain/snapshot/kubectl.ts';
import type { LogSign, LogSignKind } from '../../domain/snapshot/log-signs.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import { type StateWorkload, templatePath } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

const KINDS: Partial<Record<LogSignKind, CauseKind>> = {
  too_many_connections: 'database_too_many_connections',
  access_denied: 'database_access_denied',
  read_only_database: 'database_read_only',
  unknown_database: 'database_missing',
  disk_full: 'disk_full',
  pool_exhausted: 'connection_pool_exhausted',
  packet_too_large: 'database_packet_too_large',
  deadlock: 'database_deadlock',
};
/** What is the database's own, whoever complains. */
const ITS_OWN: LogSignKind[] = ['too_many_connections', 'read_only_database', 'disk_full', 'packet_too_large'];
/** What is the client's own, whatever database it calls: its pool, its transactions. */
const ITS_CLIENTS: LogSignKind[] = ['pool_exhausted', 'deadlock'];

type Complaint = { workload: StateWorkload; sign: LogSign; about: StateWorkload | undefined };

/** The words of a database's clients, and its own. One bottleneck is one cause: what several say of one database is the database's, what one says alone is that one's. */
const databases: StateCorrelator = {
  name: 'databases',
  finds: {
    database_too_many_connections: {
      area: 'dependency',
      title: 'the database takes no more connections',
      object: 'workload',
      whose: 'database',
      should: 'more than its clients open together (or smaller pools)',
    },
    database_access_denied: {
      area: 'dependency',
      title: 'the database refuses the credentials',
      object: 'workload',
      whose: 'database',
      should: 'credentials that the database takes',
    },
    database_read_only: {
      area: 'dependency',
      title: 'the database is read-only',
      object: 'workload',
      whose: 'database',
      should: 'writable: is it a replica, or out of disk?',
    },
    database_missing: {
      area: 'dependency',
      title: 'the database or table does not exist',
      object: 'workload',
      whose: 'database',
      should: 'a database and table that are there',
    },
    connection_pool_exhausted: {
      area: 'dependency',
      title: 'all connections of its own pool are taken',
      object: 'workload',
      whose: 'author',
      symptom: true,
      should: 'larger than the requests that it serves at once, or connections given back sooner',
    },
    database_packet_too_large: {
      area: 'dependency',
      title: 'the database takes no packets as large as its clients send',
      object: 'workload',
      whose: 'database',
      should: 'larger than what its clients send at once (max_allowed_packet)',
    },
    database_deadlock: {
      area: 'dependency',
      title: 'its transactions wait for each other in the database',
      object: 'workload',
      whose: 'author',
      symptom: true,
      should: 'transactions that take their locks in one order',
    },
  },
  alsoFinds: ['disk_full'],
  find: (state, calls) => {
    const complaints = state.workloads.flatMap((workload) => complaintsOf(state, calls, workload));
    const groups = Map.groupBy(
      complaints,
      ({ workload, sign, about }) =>
        `${sign.kind} ${about ? `${about.namespace}/${about.name}` : `by ${workload.namespace}/${workload.name}`}`,
    );
    return [...groups.values()]
      .filter((group) => !isForFullDisk(group, groups))
      .flatMap((group) => judge(state, calls, group));
  },
};

/** What runs out of disk and is no database fills its own; a database's client that says so of a table speaks of the database. */
const isOwnDisk = (workload: StateWorkload, kind: LogSignKind, line: string): boolean =>
  kind === 'disk_full' && !isDatabase(workload) && !/table '/i.test(line);

/** A database that can't write because its disk is full takes no writes: the disk is the cause. */
const isForFullDisk = ([first]: Complaint[], groups: Map<string, Complaint[]>): boolean =>
  first?.sign.kind === 'read_only_database' &&
  first.about !== undefined &&
  groups.has(`disk_full ${first.about.namespace}/${first.about.name}`);

function complaintsOf(state: ClusterState, calls: CallGraph, workload: StateWorkload): Complaint[] {
  return workload.signs
    .filter(
      ({ kind, late, count, line }) =>
        KINDS[kind] !== undefined && (late || count > 2) && !isOwnDisk(workload, kind, line),
    )
    .map((sign) => ({
      workload,
      sign,
      about: ITS_CLIENTS.includes(sign.kind)
        ? undefined
        : isDatabase(workload)
          ? workload
          : complainedOf(state, calls, workload, sign),
    }));
}

function judge(state: ClusterState, calls: CallGraph, group: Complaint[]): StateCause[] {
  const [first] = group;
  if (!first) return [];
  const { kind } = first.sign;
  const what = KINDS[kind];
  if (!what) return [];
  const database = first.about;
  const clients = [...new Set(group.map(({ workload }) => workload))].filter((one) => one !== database);
  const own = !database
    ? first.workload
    : ITS_OWN.includes(kind) || clients.length > 1
      ? database
      : (clients[0] ?? clientIn(state, calls, first) ?? database);
  const facts = group
    .slice(0, 4)
    .map(({ sign }) =>
      fact({ kind: 'Pod', namespace: sign.log.namespace, name: sign.log.pod }, `log (${sign.count} times)`, sign.line),
    );
  const sure = group.some(({ sign }) => sign.count > 2) || clients.length > 1;
  return [
    {
      what,
      object: refOf(own),
      // Of several databases that it calls, nobody says which.
      strength: ITS_CLIENTS.includes(kind)
        ? saysMore(first.workload)
          ? 0.35
          : 0.8
        : !database && ITS_OWN.includes(kind)
          ? 0.25
          : sure
            ? 0.96
            : 0.9,
      facts: [...facts, ...settings(own)],
      hurts: clients.map(refOf),
      command: editCommand(own),
    },
  ];
}

/** Calls of its own fail as well: then its connections are taken since somebody doesn't answer. */
const saysMore = ({ signs }: StateWorkload): boolean =>
  signs.some(({ kind, late }) => late && ['timeout', 'refused', 'reset', 'unknown_host'].includes(kind));

/** Of a line in the database's own log: whose pod has the address that was refused. */
function clientIn(state: ClusterState, _calls: CallGraph, { sign }: Complaint): StateWorkload | undefined {
  const pod = state.pods.find(({ ip }) => ip !== '' && sign.line.includes(ip));
  return pod && state.ownerOfPod.get(`${pod.namespace}/${pod.name}`);
}

const CREDENTIAL = /user|pass|pwd|auth|secret|cred|max_conn|read_only|database|db_name/i;

/** The settings that may say so, without what they hold where that is secret. */
function settings(workload: StateWorkload) {
  const at = `${templatePath(workload)}.containers`;
  return workload.template.containers.flatMap(({ name, env, args, command }) => [
    ...env
      .filter((one) => CREDENTIAL.test(one.name))
      .slice(0, 6)
      .map((one) =>
        fact(
          workload,
          `${at}[${name}].env[${one.name}]`,
          one.from
            ? `from ${one.from.kind} ${one.from.name}, key ${one.from.key}`
            : /pass|pwd|secret|token/i.test(one.name)
              ? '***'
              : (one.value ?? ''),
        ),
      ),
    ...[...command, ...args]
      .filter((one) => CREDENTIAL.test(one))
      .slice(0, 3)
      .map((one) => fact(workload, `${at}[${name}].args`, one)),
  ]);
}

export default databases;
