import { type Cluster, crash, roll, startEvents } from '../cluster.ts';
import type { ContainerSpec, Pod, Status } from '../model.ts';
import { blame, first, type Kind, victim, wlTruth } from '../words.ts';

const startError = (c: Cluster, pod: Pod, exit: number, says: string): void => {
  const one = first(pod);
  const full = `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${c.rng.chance(0.5) ? 'error during container init: ' : ''}${says}: unknown`;
  crash(c, pod, exit, { reason: 'StartError', message: full, ranSec: 0 });
  if (c.rng.chance(0.4)) (pod.cs[0] as Status).state = { waiting: { reason: 'RunContainerError', message: full } };
  startEvents(c, pod, 'scheduled');
  c.podEvent(pod, 'Warning', 'Failed', `Error: ${full}`, {
    first: pod.made,
    last: 0.5,
    count: 6,
    field: `spec.containers{${one.name}}`,
  });
};

const startKind = (
  name: string,
  what: string[],
  cause: string,
  change: (one: ContainerSpec) => void,
  exit: number,
  says: string,
): Kind => ({
  name,
  apply: (c) => {
    const v = victim(c);
    const wl = c.workload(v.name);
    for (const pod of roll(c, wl, (spec) => change(spec.containers[0] as ContainerSpec)))
      startError(c, pod, exit, says);
    if (c.podsOf(wl).every((one) => !one.cs[0]?.ready)) blame(c, v.name, 'refused');
    return wlTruth(wl, what, cause);
  },
});

/** A container that starts, writes these lines and ends. */
const diesKind = (
  name: string,
  what: string[],
  cause: string,
  options: {
    langs?: string[];
    shops?: Kind['shops'];
    change?: (one: ContainerSpec, c: Cluster) => void;
    exit: number;
    lines: (c: Cluster, v: string) => string[];
    ranSec?: number;
    reason?: string;
  },
): Kind => ({
  name,
  ...(options.shops && { shops: options.shops }),
  apply: (c) => {
    const v = victim(c, options.langs ? { langs: options.langs } : {});
    const wl = c.workload(v.name);
    const pods = options.change
      ? roll(c, wl, (spec) => options.change?.(spec.containers[0] as ContainerSpec, c))
      : c.podsOf(wl);
    for (const pod of pods) {
      if (!options.change) pod.made = Math.max(pod.made, 40);
      crash(c, pod, options.exit, { ranSec: options.ranSec ?? 4, ...(options.reason && { reason: options.reason }) });
      pod.log.push(...options.lines(c, v.name));
    }
    if (c.podsOf(wl).every((one) => !one.cs[0]?.ready)) blame(c, v.name, 'refused');
    return wlTruth(wl, what, cause);
  },
});

const spring = (c: Cluster, text: string) =>
  `${c.at(1.2).replace('T', ' ').replace('Z', '.884')} ERROR 1 --- [           main] o.s.boot.SpringApplication               : ${text}`;

export const COMMANDS: Kind[] = [
  startKind(
    'command-not-found',
    ['command_not_found'],
    'the command is not in the image',
    (one) => {
      one.command = ['/app/servre'];
    },
    128,
    'exec: "/app/servre": stat /app/servre: no such file or directory',
  ),
  startKind(
    'command-not-in-path',
    ['command_not_found'],
    'the command is not in $PATH',
    (one) => {
      one.command = ['pyhton'];
      one.args = ['server.py'];
    },
    127,
    'exec: "pyhton": executable file not found in $PATH',
  ),
  startKind(
    'command-no-permission',
    ['permission_denied', 'command_not_found'],
    'the command may not be executed',
    (one) => {
      one.command = ['/etc/passwd'];
    },
    126,
    'exec: "/etc/passwd": permission denied',
  ),
  startKind(
    'workdir-mount-over-file',
    ['volume_mount_failed', 'config_invalid', 'file_missing', 'container_config_error'],
    'a directory is mounted over a file',
    (one) => {
      one.volumeMounts = [{ name: 'conf', mountPath: '/app/application.yaml' }];
    },
    128,
    'error mounting "/var/lib/kubelet/pods/1c/volumes/kubernetes.io~configmap/conf" to rootfs at "/app/application.yaml": mount src=/var/lib/kubelet/pods/1c/volumes/kubernetes.io~configmap/conf, dst=/app/application.yaml, dstFd=/proc/thread-self/fd/11, flags=MS_BIND|MS_REC: not a directory',
  ),
  diesKind('exec-format', ['image_platform_mismatch'], 'an image for another CPU', {
    change: (one) => {
      one.image = `${one.image}-arm64`;
    },
    exit: 1,
    ranSec: 0,
    lines: () => ['exec /usr/local/bin/docker-entrypoint.sh: exec format error'],
  }),
  diesKind('wrong-args', ['argument_invalid'], 'an argument that the program does not know', {
    langs: ['go', 'java', 'python', 'node'],
    change: (one) => {
      one.args = ['--listen-prot=8080'];
    },
    exit: 2,
    ranSec: 1,
    lines: () => [
      'flag provided but not defined: -listen-prot',
      'Usage of /src/server:',
      '  -listen-port int',
      '    \tport to listen on (default 8080)',
    ],
  }),
  diesKind(
    'python-module-missing',
    ['file_missing', 'command_not_found', 'argument_invalid'],
    'args name a file that is not there',
    {
      langs: ['python', 'node', 'java', 'go'],
      change: (one) => {
        one.command = ['python3', '/app/srv/main.py'];
      },
      exit: 2,
      ranSec: 0,
      lines: () => ["python3: can't open file '/app/srv/main.py': [Errno 2] No such file or directory"],
    },
  ),
  diesKind('jar-missing', ['file_missing', 'command_not_found', 'argument_invalid'], 'the jar is not there', {
    langs: ['java'],
    change: (one) => {
      one.command = ['java', '-jar', '/app/app.jra'];
    },
    exit: 1,
    ranSec: 0,
    lines: () => ['Error: Unable to access jarfile /app/app.jra'],
  }),
  diesKind('env-missing-go', ['setting_missing', 'config_invalid'], 'a required env variable was taken away', {
    langs: ['go'],
    shops: ['boutique'],
    change: (one) => {
      one.env = (one.env ?? []).filter((x) => x.name !== 'PRODUCT_CATALOG_SERVICE_ADDR' && x.name !== 'PORT');
    },
    exit: 2,
    ranSec: 0,
    lines: () => [
      'panic: environment variable "PRODUCT_CATALOG_SERVICE_ADDR" not set',
      '',
      'goroutine 1 [running]:',
      'main.mustMapEnv(0xc0001d2008, {0xbb9ca1, 0x1c})',
      '\t/src/main.go:229 +0xb9',
      'main.main()',
      '\t/src/main.go:119 +0x4d6',
    ],
  }),
  diesKind('env-missing-spring', ['setting_missing', 'config_invalid'], 'a placeholder has no value', {
    langs: ['java'],
    shops: ['train'],
    change: (one) => {
      one.env = (one.env ?? []).filter((x) => !/MYSQL_HOST|MONGODB/.test(x.name));
    },
    exit: 1,
    ranSec: 14,
    lines: (c) => [
      spring(c, 'Application run failed'),
      '',
      `java.lang.IllegalArgumentException: Could not resolve placeholder 'ORDER_MYSQL_HOST' in value "jdbc:mysql://\${ORDER_MYSQL_HOST}:\${ORDER_MYSQL_PORT:3306}/ts"`,
      '\tat org.springframework.util.PropertyPlaceholderHelper.parseStringValue(PropertyPlaceholderHelper.java:180)',
    ],
  }),
  diesKind('config-yaml-broken', ['config_invalid'], 'the configuration cannot be parsed', {
    exit: 1,
    change: (one) => {
      one.args = ['--config', '/etc/app/config.yaml'];
    },
    lines: () => [
      'level=fatal msg="failed to load configuration" file=/etc/app/config.yaml error="yaml: line 14: mapping values are not allowed in this context"',
    ],
  }),
  diesKind('port-in-use-spring', ['port_in_use', 'sidecar_failed'], 'the port is taken', {
    langs: ['java'],
    exit: 1,
    ranSec: 25,
    change: (one) => {
      one.env = [...(one.env ?? []), { name: 'SERVER_PORT', value: '15020' }];
    },
    lines: () => [
      '***************************',
      'APPLICATION FAILED TO START',
      '***************************',
      '',
      'Description:',
      '',
      'Web server failed to start. Port 15020 was already in use.',
      '',
      'Action:',
      '',
      "Identify and stop the process that's listening on port 15020 or configure this application to listen on another port.",
    ],
  }),
  diesKind('port-in-use-node', ['port_in_use', 'sidecar_failed'], 'the port is taken', {
    langs: ['node', 'go', 'python', 'java'],
    exit: 1,
    ranSec: 1,
    change: (one) => {
      one.env = [...(one.env ?? []), { name: 'ADMIN_PORT', value: '9090' }];
    },
    lines: () => [
      'node:events:495',
      "      throw er; // Unhandled 'error' event",
      '      ^',
      '',
      'Error: listen EADDRINUSE: address already in use :::9090',
      '    at Server.setupListenHandle [as _listen2] (node:net:1817:16)',
      "  code: 'EADDRINUSE',",
      '  errno: -98,',
      "  syscall: 'listen',",
      '  port: 9090',
    ],
  }),
  diesKind('privileged-port', ['permission_denied'], 'a low port without the right', {
    exit: 1,
    ranSec: 0,
    change: (one) => {
      one.securityContext = { runAsUser: 1000, capabilities: { drop: ['ALL'] } };
      one.env = [...(one.env ?? []), { name: 'PORT', value: '80' }];
    },
    lines: () => ['{"level":"fatal","msg":"failed to listen","error":"listen tcp :80: bind: permission denied"}'],
  }),
  diesKind('read-only-fs', ['volume_read_only'], 'the root file system is read-only', {
    exit: 1,
    ranSec: 2,
    change: (one) => {
      one.securityContext = { readOnlyRootFilesystem: true };
    },
    lines: (c) => [
      `${c.at(1)} [emerg] 1#1: mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)`,
      'nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)',
    ],
  }),
  diesKind(
    'data-permission',
    ['volume_permission_denied', 'permission_denied'],
    'the data folder belongs to another user',
    {
      exit: 1,
      ranSec: 1,
      change: (one) => {
        one.securityContext = { runAsUser: 1001 };
      },
      lines: () => [
        "mkdir: cannot create directory '/data/cache': Permission denied",
        "chown: changing ownership of '/data': Operation not permitted",
      ],
    },
  ),
  diesKind('wrong-mount-path', ['file_missing', 'config_invalid'], 'the file is mounted elsewhere', {
    exit: 1,
    ranSec: 1,
    change: (one) => {
      one.volumeMounts = [{ name: 'conf', mountPath: '/etc/wrong' }];
    },
    lines: () => [
      '{"severity":"fatal","message":"could not open product catalog json file: open /products/products.json: no such file or directory"}',
    ],
  }),
  diesKind('segfault-bug', ['crash_loop', 'log_error', 'restarts', 'rollout'], 'the program panics', {
    langs: ['go', 'node', 'python', 'java'],
    exit: 2,
    ranSec: 8,
    change: (one) => {
      one.image = `${one.image.split(':')[0]}:v0.10.2`;
    },
    lines: () => [
      'panic: runtime error: invalid memory address or nil pointer dereference',
      '[signal SIGSEGV: segmentation violation code=0x1 addr=0x8 pc=0x8f1b2c]',
      '',
      'goroutine 34 [running]:',
      'main.(*server).Handle(0x0, {0xc5f7a8, 0xc0003b0a80})',
      '\t/src/server.go:88 +0x2c',
    ],
  }),
];
