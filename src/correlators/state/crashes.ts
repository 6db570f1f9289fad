import type { CauseKind } from '../../domain/cause-kinds.ts';
import { type CrashedContainer, containersAt } from '../../domain/snapshot/crashed.ts';
import { editCommand, undoCommand } from '../../domain/snapshot/kubectl.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import { containerPath } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';
import { OTHERS, ofSign, tellingSign } from './crash/by-sign.ts';
import { exitFacts, lastWords } from './crash/exit-facts.ts';

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
  alsoFinds: ['image_platform_mismatch', 'volume_mount_failed', 'job_failed', 'rbac_denied', 'certificate_expired'],
  find: (state) => containersAt(state).flatMap(causesOf),
};

/** What the runtime says where the program could not even be started; its exit code is the shell's. */
const START_ERROR: [CauseKind, RegExp][] = [
  ['image_platform_mismatch', /exec format error/i],
  ['volume_mount_failed', /error mounting "[^"]{1,500}" to rootfs|failed to fulfil mount request/i],
  ['permission_denied', /exec: "[^"]{0,300}": permission denied|permission denied: unknown/i],
  [
    'command_not_found',
    /executable file not found|no such file or directory: unknown|stat [^:]{1,300}: no such file|not a directory: unknown|is a directory: unknown/i,
  ],
];

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
        command: editCommand(own),
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
    command: undoCommand(own),
  };
}

export default crashes;
