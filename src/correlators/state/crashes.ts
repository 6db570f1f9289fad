import type { CauseKind } from '../../domain/cause-kinds.ts';
import { type CrashedContainer, containersAt } from '../../domain/snapshot/crashed.ts';
import { edit, target, undo } from '../../domain/snapshot/kubectl.ts';
import type { LogSign, LogSignKind } from '../../domain/snapshot/log-signs.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import { containerPath } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** Why containers keep exiting: by how they ended, what the runtime says of their start, and their last words. Ends by a probe are told by the probe. */
const crashes: StateCorrelator = {
  name: 'crashes',
  finds: {
    command_not_found: {
      area: 'start',
      title: "the command isn't in the image",
      object: 'workload',
      whose: 'author',
      should: 'a program that is in the image',
    },
    argument_invalid: {
      area: 'start',
      title: 'the program refuses its arguments',
      object: 'workload',
      whose: 'author',
      should: 'arguments that the program takes',
    },
    setting_missing: {
      area: 'start',
      title: 'a setting that the program needs is missing',
      object: 'workload',
      whose: 'author',
      should: 'set to what the program needs',
    },
    config_invalid: {
      area: 'start',
      title: "the program can't read its configuration",
      object: 'workload',
      whose: 'author',
      should: 'a configuration that the program can read',
    },
    file_missing: {
      area: 'start',
      title: "a file that the program needs isn't there",
      object: 'workload',
      whose: 'author',
      should: 'there: mount it, or put it into the image',
    },
    permission_denied: {
      area: 'start',
      title: 'the program may not use a file or a port',
      object: 'workload',
      whose: 'author',
      should: 'allowed to the user that the container runs as (securityContext, fsGroup)',
    },
    port_in_use: {
      area: 'start',
      title: 'two containers of the pod want one port',
      object: 'workload',
      whose: 'author',
      should: 'a port that no other container of the pod has',
    },
    out_of_memory: {
      area: 'start',
      title: 'the program itself runs out of memory',
      object: 'workload',
      whose: 'author',
      should: 'a heap that fits into the memory limit',
    },
    volume_read_only: {
      area: 'storage',
      title: 'the program writes to a read-only file system',
      object: 'workload',
      whose: 'author',
      should: 'writable, or not written to',
    },
    volume_permission_denied: {
      area: 'storage',
      title: 'the program may not write to its volume',
      object: 'workload',
      whose: 'author',
      should: 'writable to the user that the container runs as (securityContext.fsGroup)',
    },
    disk_full: {
      area: 'storage',
      title: 'no space left on the volume or disk',
      object: 'workload',
      whose: 'storage',
      should: 'larger, or emptied by somebody who knows what may go',
    },
    crash_loop: {
      area: 'start',
      title: 'a container keeps exiting',
      object: 'workload',
      whose: 'author',
      symptom: true,
      should: 'running: its last log lines say why it ends',
    },
    init_container_failed: {
      area: 'start',
      title: 'an init container fails',
      object: 'workload',
      whose: 'author',
      symptom: true,
      should: 'ending with 0',
    },
    sidecar_failed: {
      area: 'start',
      title: 'a sidecar fails, and the pod with it',
      object: 'workload',
      whose: 'author',
      symptom: true,
      should: 'running',
    },
  },
  alsoFinds: ['image_platform_mismatch', 'job_failed', 'rbac_denied', 'certificate_expired'],
  find: (state) => containersAt(state).flatMap(causesOf),
};

/** What the runtime says where the program could not even be started; its exit code is the shell's. */
const START_ERROR: [CauseKind, RegExp][] = [
  ['image_platform_mismatch', /exec format error/i],
  ['permission_denied', /exec: "[^"]{0,300}": permission denied|permission denied: unknown/i],
  [
    'command_not_found',
    /executable file not found|no such file or directory: unknown|stat [^:]{1,300}: no such file|not a directory: unknown|is a directory: unknown/i,
  ],
];

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
const OTHERS: LogSignKind[] = [
  'unknown_host',
  'refused',
  'timeout',
  'access_denied',
  'too_many_connections',
  'read_only_database',
  'unknown_database',
];
const BAD_ARGUMENT =
  /unrecognized (?:arguments|option)|unknown (?:flag|option|shorthand)|flag provided but not defined|invalid choice|unexpected argument/i;

function causesOf(one: CrashedContainer): StateCause[] {
  const { workload, container, exit, byProbe } = one;
  if (exit.reason === 'OOMKilled' || byProbe) return [];
  const own = refOf(workload);
  const shown = exitFacts(one);
  const started = startError(one);
  if (started) {
    const command = [...(container.command ?? []), ...(container.args ?? [])];
    return [
      {
        what: started.what,
        object: own,
        strength: 0.97,
        facts: [
          fact(own, containerPath(workload, container, container.command.length > 0 ? 'command' : 'args'), command),
          started.told,
          ...shown,
        ],
        hurts: [],
        command: edit(own),
      },
    ];
  }
  const sign = tellingSign(one);
  if (sign) return [ofSign(one, sign, shown)];
  return [general(one, shown)];
}

function startError({ exit, waiting, events }: CrashedContainer): { what: CauseKind; told: StateFact } | null {
  const told = [exit.message, waiting?.message ?? ''].find((text) =>
    START_ERROR.some(([, pattern]) => pattern.test(text)),
  );
  const event = events.find(
    ({ reason, message }) => reason === 'Failed' && START_ERROR.some(([, pattern]) => pattern.test(message)),
  );
  const text = told ?? event?.message;
  const what = text === undefined ? undefined : START_ERROR.find(([, pattern]) => pattern.test(text))?.[0];
  if (!what || text === undefined) return null;
  return {
    what,
    told: event
      ? fact(event.about, `event ${event.reason}`, event.message)
      : { object: { kind: 'Pod', namespace: '', name: '' }, field: 'message', value: text },
  };
}

/** A line of the crashed container itself that says why; the container before its restart is asked first. */
function tellingSign({ signs, exit }: CrashedContainer): LogSign | undefined {
  if (signs.some(({ kind, late }) => OTHERS.includes(kind) && late)) return undefined;
  const own = signs.filter(({ kind }) => TELLING.includes(kind) || kind === 'crash');
  const rank = ({ kind, log }: LogSign) =>
    (TELLING.includes(kind) ? TELLING.indexOf(kind) : 50) + (log.previous ? 0 : 0.5);
  const [first] = own.sort((left, right) => rank(left) - rank(right));
  return first && (first.kind !== 'crash' || exit.code !== 0) && first.kind !== 'crash' ? first : undefined;
}

function ofSign({ workload, container, exit }: CrashedContainer, sign: LogSign, shown: StateFact[]): StateCause {
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
  const where = WHERE[what]?.(container) ?? 'command';
  const rbac = /User "system:serviceaccount:([^:"]{1,253}):([^"]{1,253})"/.exec(sign.line);
  const object =
    what === 'rbac_denied' && rbac ? { kind: 'ServiceAccount', namespace: rbac[1] ?? '', name: rbac[2] ?? '' } : own;
  const field = fact(
    own,
    containerPath(workload, container, where.split('=')[0] ?? where),
    where.split('=')[1] ?? settingOf(workload, container, sign),
  );
  const command =
    what === 'rbac_denied'
      ? `kubectl auth can-i --list --as system:serviceaccount:${object.namespace}:${object.name}`
      : what === 'setting_missing' && sign.named
        ? `kubectl set env ${target(own)} ${sign.named}=VALUE`
        : exit.code === 0
          ? edit(own)
          : undo(own);
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

type Container = CrashedContainer['container'];
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

function general(one: CrashedContainer, shown: StateFact[]): StateCause {
  const { workload, container, signs, exit } = one;
  const last = [...signs]
    .sort((left, right) => Number(right.late) - Number(left.late))
    .find(({ kind }) => kind === 'crash' || !OTHERS.includes(kind));
  const told = last
    ? [fact({ kind: 'Pod', namespace: workload.namespace, name: last.log.pod }, `log of ${container.name}`, last.line)]
    : lastWords(one);
  const what: CauseKind =
    exit.code === 126 || exit.code === 127
      ? 'command_not_found'
      : workload.kind === 'Job'
        ? 'job_failed'
        : container.init
          ? 'init_container_failed'
          : workload.template.containers.filter(({ init }) => !init).length > 1 &&
              container.name !== workload.template.containers.find(({ init }) => !init)?.name
            ? 'sidecar_failed'
            : 'crash_loop';
  const blames = signs.some(({ kind, late }) => OTHERS.includes(kind) && late);
  const own = refOf(workload);
  const setting = [...container.command, ...container.args];
  const asked =
    setting.length > 0
      ? [fact(own, containerPath(workload, container, container.command.length > 0 ? 'command' : 'args'), setting)]
      : [];
  return {
    what,
    object: own,
    strength: blames ? 0.45 : exit.code === 127 || exit.code === 126 ? 0.9 : 0.8,
    facts: [...shown, ...told, ...asked],
    hurts: [],
    command: undo(own),
  };
}

function lastWords({ workload, container, logs }: CrashedContainer): StateFact[] {
  const line = logs
    .flatMap(({ lines }) => lines)
    .filter((text) => text.trim() !== '' && !/\bINFO\b/.test(text))
    .at(-1);
  return line ? [fact(workload, `log of ${container.name}`, line)] : [];
}

const exitFacts = ({ pod, container, exit, restarts }: CrashedContainer): StateFact[] => [
  fact(
    { kind: 'Pod', namespace: pod.namespace, name: pod.name },
    `status.containerStatuses[${container.name}].lastState.terminated`,
    `${exit.reason} (exit code ${exit.code})${exit.message ? `: ${exit.message}` : ''}`,
  ),
  fact(
    { kind: 'Pod', namespace: pod.namespace, name: pod.name },
    `status.containerStatuses[${container.name}].restartCount`,
    restarts,
  ),
];

export default crashes;
