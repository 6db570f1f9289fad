import type { CauseKind } from '../../../domain/cause-kinds.ts';
import type { CrashedContainer } from '../../../domain/snapshot/crashed.ts';
import { editCommand, target, undoCommand } from '../../../domain/snapshot/kubectl.ts';
import type { LogSign, LogSignKind } from '../../../domain/snapshot/log-signs.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../../domain/snapshot/state-cause.ts';
import { containerPath } from '../../../domain/snapshot/workload.ts';

const BAD_ARGUMENT =
  /unrecognized (?:arguments|option)|unknown (?:flag|option|shorthand)|flag provided but not defined|invalid choice|unexpected argument|unrecognized VM option|Java Virtual Machine|heap size|thread stack size|VM option/i;
const JVM_OPTIONS = /^(?:_?JAVA_(?:TOOL_)?OPT(?:ION)?S|JDK_JAVA_OPTIONS|CATALINA_OPTS|JVM_OPTS)$/;
const OF_JVM = /VM option|Java Virtual Machine|heap size|thread stack size|Unrecognized option: -[XD]/i;
export const OTHERS: LogSignKind[] = [
  'unknown_host',
  'refused',
  'timeout',
  'access_denied',
  'too_many_connections',
  'read_only_database',
  'unknown_database',
];
type Container = CrashedContainer['container'];

const BY_SIGN: Partial<Record<LogSignKind, CauseKind>> = {
  bad_command: 'command_not_found',
  missing_setting: 'setting_missing',
  address_in_use: 'port_in_use',
  out_of_memory: 'out_of_memory',
  read_only_files: 'volume_read_only',
  permission_denied: 'permission_denied',
  disk_full: 'disk_full',
  rbac: 'rbac_denied',
  certificate: 'certificate_expired',
  bad_config: 'config_invalid',
  missing_file: 'file_missing',
};
/** Kinds that say why by themselves, the plainest first; what others did is told elsewhere. */
const TELLING = Object.keys(BY_SIGN) as LogSignKind[];

/** A line of the crashed container itself that says why; the container before its restart is asked first. */
export function tellingSign({ signs, exit }: CrashedContainer): LogSign | undefined {
  const others = signs.filter(({ kind, late }) => OTHERS.includes(kind) && late);
  // Where others are complained of, too, the last word counts.
  const isLast = ({ log, index }: LogSign) => others.every((one) => one.log === log && one.index < index);
  const own = signs.filter((one) => (TELLING.includes(one.kind) || one.kind === 'crash') && isLast(one));
  const rank = ({ kind, log }: LogSign) =>
    (TELLING.includes(kind) ? TELLING.indexOf(kind) : 50) + (log.previous ? 0 : 0.5);
  const [first] = own.sort((left, right) => rank(left) - rank(right));
  return first && (first.kind !== 'crash' || exit.code !== 0) && first.kind !== 'crash' ? first : undefined;
}

export function ofSign({ workload, container, exit }: CrashedContainer, sign: LogSign, shown: StateFact[]): StateCause {
  const own = refOf(workload);
  const told = fact(
    { kind: 'Pod', namespace: workload.namespace, name: sign.log.pod },
    `log of ${container.name}${sign.log.previous ? ' before its restart' : ''}`,
    sign.line,
  );
  const what =
    sign.kind === 'bad_command' && BAD_ARGUMENT.test(sign.line)
      ? 'argument_invalid'
      : sign.kind === 'bad_command' && /exec format error/i.test(sign.line)
        ? 'image_platform_mismatch'
        : (volumeKind(workload, sign) ?? BY_SIGN[sign.kind] ?? 'crash_loop');
  const options = OF_JVM.test(sign.line) ? container.env.find(({ name }) => JVM_OPTIONS.test(name)) : undefined;
  const where = options
    ? `env[${options.name}]=${options.value ?? 'from elsewhere'}`
    : (WHERE[what]?.(container) ?? 'command');
  const rbac = /User \\?"system:serviceaccount:([\w.-]{1,253}):([\w.-]{1,253})/.exec(sign.line);
  const object =
    what === 'rbac_denied' && rbac ? { kind: 'ServiceAccount', namespace: rbac[1] ?? '', name: rbac[2] ?? '' } : own;
  const field = fact(
    own,
    containerPath(workload, container, where.split('=')[0] ?? where),
    where.includes('=') ? where.slice(where.indexOf('=') + 1) : settingOf(workload, container, sign),
  );
  const command =
    what === 'rbac_denied'
      ? `kubectl auth can-i --list --as system:serviceaccount:${object.namespace}:${object.name}`
      : what === 'setting_missing' && sign.named
        ? `kubectl set env ${target(own)} ${sign.named}=VALUE`
        : exit.code === 0
          ? editCommand(own)
          : undoCommand(own);
  return { what, object, strength: 0.9, facts: [told, field, ...shown], hurts: object === own ? [] : [own], command };
}

/** Refused where a volume is mounted: the volume's rights, not the program's. */
function volumeKind({ template }: CrashedContainer['workload'], { kind, line }: LogSign): CauseKind | null {
  if (kind !== 'permission_denied' && kind !== 'read_only_files') return null;
  const mounted = template.containers.some(({ mounts }) =>
    mounts.some(({ path }) => path !== '/' && line.includes(path)),
  );
  if (!mounted) return null;
  return kind === 'permission_denied' ? 'volume_permission_denied' : 'volume_read_only';
}

const WHERE: Partial<Record<CauseKind, (container: Container) => string>> = {
  setting_missing: () => 'env',
  config_invalid: ({ env }) => (env.length > 0 ? 'env' : 'args'),
  port_in_use: ({ ports }) => `ports=${ports.map(({ port }) => port).join(',')}`,
  out_of_memory: ({ limits }) => `resources.limits.memory=${limits.memory ?? 'none'}`,
  volume_permission_denied: ({ raw }) => `securityContext=${JSON.stringify(raw.securityContext ?? {})}`,
  permission_denied: ({ raw }) => `securityContext=${JSON.stringify(raw.securityContext ?? {})}`,
  volume_read_only: ({ mounts }) =>
    `volumeMounts=${mounts.map(({ path, readOnly }) => `${path}${readOnly ? ' (readOnly)' : ''}`).join(', ')}`,
};

const settingOf = (_workload: unknown, { env, command, args }: Container, { named }: LogSign): string =>
  env.find(({ name }) => name === named)
    ? `${named} is there`
    : named
      ? `${named} is not there`
      : [...command, ...args].join(' ') ||
        env
          .map(({ name }) => name)
          .slice(0, 20)
          .join(', ');
