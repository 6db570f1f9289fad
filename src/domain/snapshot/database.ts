import type { CallGraph } from './call-graph.ts';
import type { ClusterState } from './cluster-state.ts';
import type { LogSign } from './log-signs.ts';
import { objectKey } from './snapshot.ts';
import type { StateWorkload } from './workload.ts';

const IMAGE =
  /(?:^|[/_-])(?:mysql|mariadb|percona|postgres|postgresql|mongo|mongodb|redis|valkey|cassandra|cockroach|elasticsearch|opensearch|rabbitmq|kafka|memcached|etcd|xenon|clickhouse|mssql|oracle)(?:[:@/_-]|$)/i;

/** A database, cache or broker, by its image or name. */
export const isDatabase = ({ name, template }: StateWorkload): boolean =>
  template.containers.some(({ image, init }) => !init && IMAGE.test(image.replace(/@.*$/, ''))) ||
  IMAGE.test(`/${name}/`.replaceAll('-', '/'));

const HINTS: [RegExp, RegExp][] = [
  [
    /mysql|mariadb|jdbc|hibernate|SQLState|Access denied for user|PacketTooBig|max_allowed_packet/i,
    /mysql|mariadb|percona|xenon/i,
  ],
  [/postgres|pg_|psql|role "|remaining connection slots/i, /postgres|pg/i],
  [/redis|NOAUTH|WRONGPASS|READONLY|MISCONF|jedis|lettuce/i, /redis|valkey/i],
  [/mongo|SCRAM|NotWritablePrimary/i, /mongo/i],
  [/amqp|rabbit|ACCESS_REFUSED/i, /rabbit/i],
];

/** A name that is no word of a sentence. */
const isTelling = (name: string): boolean => name.includes('-') || name.length > 9;

const saysName = (line: string, name: string): boolean => {
  for (let at = line.indexOf(name); at >= 0; at = line.indexOf(name, at + 1))
    if (!/[\w-]/.test(line[at - 1] ?? ' ') && !/[\w-]/.test(line[at + name.length] ?? ' ')) return true;
  return false;
};

/** The line names somebody who is no Service of the cluster: it speaks of nobody here. */
const isElsewhere = ({ resolve }: CallGraph, { namespace }: StateWorkload, host: string): boolean =>
  /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}$/.test(host) && resolve(host, namespace).kind === 'outside';

/** Which of those that the workload calls a complaint is about: named in the line, else the only database of the kind that it speaks of. */
export function complainedOf(
  state: ClusterState,
  calls: CallGraph,
  workload: StateWorkload,
  sign: LogSign,
): StateWorkload | undefined {
  for (const { host } of sign.addresses) {
    const pod = /^\d/.test(host) ? state.pods.find(({ ip }) => ip === host) : undefined;
    const owner = pod && state.ownerOfPod.get(`${pod.namespace}/${pod.name}`);
    if (owner && owner !== workload) return owner;
    const found = calls.resolve(host, workload.namespace);
    if (found.kind === 'service' && found.service.workloads[0]) return found.service.workloads[0];
  }
  if (sign.addresses.some(({ host }) => isElsewhere(calls, workload, host))) return undefined;
  const callees = calls.callees.get(objectKey(workload)) ?? new Set();
  const named = state.workloads.filter(
    (one) => callees.has(objectKey(one)) && isTelling(one.name) && saysName(sign.line, one.name),
  );
  if (named.length === 1) return named[0];
  const databases = state.workloads.filter((one) => callees.has(objectKey(one)) && isDatabase(one));
  const hint = HINTS.find(([line]) => line.test(sign.line))?.[1];
  const fitting = hint
    ? databases.filter((one) => hint.test(`${one.name} ${one.template.containers.map(({ image }) => image).join(' ')}`))
    : databases;
  // A call that fails, and nothing that says it is one to a database: of several that it calls it may be any.
  const isGuess = !hint && (sign.kind === 'refused' || sign.kind === 'timeout') && callees.size > 1;
  if (isGuess) return undefined;
  return fitting.length === 1 ? fitting[0] : databases.length === 1 ? databases[0] : undefined;
}
