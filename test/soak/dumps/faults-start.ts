import { crashes, pending, refuses, roll, waits } from './breaks.ts';
import type { Cluster, Raw } from './cluster.ts';
import { chatter } from './complaints.ts';
import { type DumpFault, isProgram, truth, victim } from './fault.ts';

/** Pods that aren't pulled, made, configured or started. */

function pullFails(
  c: Cluster,
  name: string,
  image: (was: string) => string,
  said: (image: string, full: string) => string,
  alter?: (spec: Raw) => void,
) {
  const pods = roll(c, name, (container, spec) => {
    container.image = image(container.image);
    alter?.(spec);
  });
  const [pod] = pods;
  const used: string = pod?.spec.containers[0].image;
  const full = /^[^/]+\.[^/]+\//.test(used)
    ? used
    : used.includes('/')
      ? `docker.io/${used}`
      : `docker.io/library/${used}`;
  const message = `Failed to pull image "${used}": ${said(used, full)}`;
  waits(
    c,
    pods,
    c.random() < 0.5 ? 'ImagePullBackOff' : 'ErrImagePull',
    c.random() < 0.5 ? `Back-off pulling image "${used}"` : message.slice(message.indexOf(': ') + 2),
  );
  for (const one of pods) {
    c.event(one, 'Failed', message, { count: 4 });
    c.event(one, 'Failed', 'Error: ErrImagePull', { count: 4 });
    c.event(one, 'BackOff', `Back-off pulling image "${used}"`, { type: 'Normal', count: 17 });
    c.event(one, 'Failed', 'Error: ImagePullBackOff', { count: 17 });
    c.event(one, 'Pulling', `Pulling image "${used}"`, { type: 'Normal', count: 4 });
  }
}

const resolve = (full: string) => `failed to pull and unpack image "${full}": failed to resolve reference "${full}": `;
const anyProgram = (c: Cluster) => victim(c, isProgram)!;

export const START_FAULTS: DumpFault[] = [
  {
    kind: 'image-tag-wrong',
    make(c) {
      const { name } = anyProgram(c);
      pullFails(
        c,
        name,
        (was) => `${was.split(':')[0]}:${c.pick(['v9.9.9', 'lates', '1.0.0-rcx'])}`,
        (_, full) =>
          c.random() < 0.5
            ? `rpc error: code = NotFound desc = ${resolve(full)}${full}: not found`
            : `${resolve(full)}unexpected status from HEAD request to https://${full.split('/')[0]}/v2/x/manifests/1: 404 Not Found`,
      );
      return truth(c.get('Deployment', name), 'image_not_found');
    },
  },
  {
    kind: 'image-repository-wrong',
    make(c) {
      const { name } = anyProgram(c);
      pullFails(
        c,
        name,
        () => `${c.pick(['nobody', 'acme', 'codewisdm'])}/${name}:1.0`,
        (_, full) =>
          `rpc error: code = Unknown desc = ${resolve(full)}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
      );
      return truth(c.get('Deployment', name), 'image_not_found', 'image_pull_unauthorised');
    },
  },
  {
    kind: 'image-registry-unknown',
    make(c) {
      const { name } = anyProgram(c);
      const host = c.pick(['registry.invalid.example', 'docker.ioo', 'private-registry.internal']);
      pullFails(
        c,
        name,
        () => `${host}/${name}:1.0`,
        (_, full) =>
          `${resolve(full)}failed to do request: Head "https://${host}/v2/${name}/manifests/1.0": dial tcp: lookup ${host} on 172.18.0.1:53: no such host`,
      );
      return truth(c.get('Deployment', name), 'image_registry_unknown_host');
    },
  },
  {
    kind: 'image-registry-unreachable',
    make(c) {
      const { name } = anyProgram(c);
      pullFails(
        c,
        name,
        () => `registry.corp.example:5000/${name}:1.0`,
        (_, full) =>
          `rpc error: code = Unavailable desc = ${resolve(full)}failed to do request: Head "https://registry.corp.example:5000/v2/${name}/manifests/1.0": dial tcp 10.9.8.7:5000: ${c.pick(['i/o timeout', 'connect: connection refused'])}`,
      );
      return truth(c.get('Deployment', name), 'image_registry_unreachable');
    },
  },
  {
    kind: 'pull-secret-missing',
    make(c) {
      const { name } = anyProgram(c);
      pullFails(
        c,
        name,
        () => `ghcr.io/acme/${name}:1.0`,
        (_, full) =>
          `${resolve(full)}failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aacme%2F${name}%3Apull&service=ghcr.io: 401 Unauthorized`,
        (spec) => {
          spec.imagePullSecrets = [{ name: 'regcred' }];
        },
      );
      for (const pod of c.podsOf(name))
        if (pod.spec.imagePullSecrets)
          c.event(
            pod,
            'FailedToRetrieveImagePullSecret',
            'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
            { count: 9 },
          );
      return truth(c.get('Deployment', name), 'image_pull_secret_missing');
    },
  },
  {
    kind: 'pull-rate-limited',
    make(c) {
      const { name } = anyProgram(c);
      pullFails(
        c,
        name,
        (was) => was.replace(/:.*$/, ':v2'),
        (_, full) =>
          `${resolve(full)}unexpected status from HEAD request to https://registry-1.docker.io/v2/x/manifests/v2: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit`,
      );
      return truth(c.get('Deployment', name), 'image_rate_limited');
    },
  },
  {
    kind: 'image-name-invalid',
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (container) => {
        container.image = `Acme/${name.toUpperCase()}:v1`;
      });
      waits(
        c,
        pods,
        'InvalidImageName',
        `Failed to apply default image tag "Acme/${name.toUpperCase()}:v1": couldn't parse image name "Acme/${name.toUpperCase()}:v1": invalid reference format: repository name (library/Acme/${name.toUpperCase()}) must be lowercase`,
      );
      return truth(c.get('Deployment', name), 'image_name_invalid');
    },
  },
  {
    kind: 'image-wrong-platform',
    byLogs: true,
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (container) => {
        container.image = container.image.replace(/:.*$/, ':arm64');
      });
      crashes(c, pods, { exitCode: 1 });
      for (const pod of pods)
        c.log(pod, [`exec /usr/local/bin/${name}: exec format error`], { previous: c.random() < 0.5 });
      return truth(c.get('Deployment', name), 'image_platform_mismatch');
    },
  },
  {
    kind: 'image-never-pulled',
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (container) => {
        container.imagePullPolicy = 'Never';
        container.image = `${name}:dev`;
      });
      waits(c, pods, 'ErrImageNeverPull', `Container image "${name}:dev" is not present with pull policy of Never`);
      return truth(c.get('Deployment', name), 'image_never_pulled');
    },
  },
  {
    kind: 'command-not-found',
    make(c) {
      const { name } = anyProgram(c);
      const bad = c.pick(['/app/sevrer', 'start-server.sh', '/usr/bin/jvaa']);
      const pods = roll(c, name, (container) => {
        container.command = [bad];
      });
      const said = bad.startsWith('/')
        ? `stat ${bad}: no such file or directory`
        : 'executable file not found in $PATH';
      const message = `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "${bad}": ${said}: unknown`;
      crashes(c, pods, { reason: 'StartError', exitCode: 128, message, startedAt: '1970-01-01T00:00:00Z' });
      for (const pod of pods) c.event(pod, 'Failed', `Error: ${message}`);
      return truth(c.get('Deployment', name), 'command_not_found');
    },
  },
  {
    kind: 'entrypoint-not-executable',
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (container) => {
        container.command = ['/app/entrypoint.sh'];
      });
      const message =
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "/app/entrypoint.sh": permission denied: unknown';
      crashes(c, pods, { reason: 'StartError', exitCode: 128, message });
      for (const pod of pods) c.event(pod, 'Failed', `Error: ${message}`);
      return truth(c.get('Deployment', name), 'permission_denied');
    },
  },
  {
    kind: 'argument-invalid',
    byLogs: true,
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (container) => {
        container.args = ['--lisen-port=1'];
      });
      crashes(c, pods, { exitCode: 2 });
      for (const pod of pods)
        c.log(pod, [
          c.pick([
            'flag provided but not defined: -lisen-port',
            'error: unrecognized arguments: --lisen-port=1',
            'Error: unknown flag: --lisen-port',
          ]),
          `Usage of /app/${name}:`,
          '  -port int',
        ]);
      return truth(c.get('Deployment', name), 'argument_invalid');
    },
  },
  {
    kind: 'setting-missing',
    byLogs: true,
    make(c) {
      const one = victim(c, (spec) => isProgram(spec) && Object.keys(spec.calls).length > 0)!;
      const [setting = ''] = Object.keys(one.calls);
      const pods = roll(c, one.name, (container) => {
        container.env = container.env.filter((env: Raw) => env.name !== setting);
      });
      crashes(c, pods, { exitCode: one.language === 'java' ? 1 : 2 });
      const said: Record<string, string[]> = {
        go: [
          `panic: environment variable "${setting}" not set`,
          '',
          'goroutine 1 [running]:',
          'main.mustMapEnv(0xc0001)',
          '\t/src/main.go:211 +0xb9',
        ],
        java: [
          'APPLICATION FAILED TO START',
          `Caused by: java.lang.IllegalArgumentException: Could not resolve placeholder '${setting}' in value "\${${setting}}"`,
        ],
        node: [
          `Error: Missing required environment variable: ${setting}`,
          '    at Object.<anonymous> (/usr/src/app/index.js:12:9)',
        ],
        python: [
          'Traceback (most recent call last):',
          '  File "server.py", line 88, in <module>',
          `KeyError: '${setting}'`,
        ],
      };
      for (const pod of pods) c.log(pod, said[one.language] ?? [], { previous: c.random() < 0.6 });
      return truth(c.get('Deployment', one.name), 'setting_missing');
    },
  },
  {
    kind: 'config-map-missing',
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (container) => {
        container.envFrom = [{ configMapRef: { name: `${name}-flags` } }];
      });
      waits(c, pods, 'CreateContainerConfigError', `configmap "${name}-flags" not found`);
      for (const pod of pods) c.event(pod, 'Failed', `Error: configmap "${name}-flags" not found`);
      return truth(c.get('Deployment', name), 'config_map_missing');
    },
  },
  {
    kind: 'config-map-key-missing',
    make(c) {
      const { name } = anyProgram(c);
      c.add('ConfigMap', c.namespace, 'features', { data: { LOG_LEVEL: 'info' } });
      const pods = roll(c, name, (container) =>
        container.env.push({ name: 'LOG', valueFrom: { configMapKeyRef: { name: 'features', key: 'LOGLEVEL' } } }),
      );
      waits(c, pods, 'CreateContainerConfigError', `couldn't find key LOGLEVEL in ConfigMap ${c.namespace}/features`);
      for (const pod of pods)
        c.event(pod, 'Failed', `Error: couldn't find key LOGLEVEL in ConfigMap ${c.namespace}/features`);
      return truth(c.get('Deployment', name), 'config_map_key_missing');
    },
  },
  {
    kind: 'secret-missing',
    make(c) {
      const one = victim(c, ({ secret }) => secret !== undefined);
      if (!one?.secret) return null;
      c.remove(c.get('Secret', one.secret.name));
      const pods = roll(
        c,
        one.name,
        (container) => {
          container.env.push({ name: 'RESTARTED', value: '1' });
        },
        false,
      );
      waits(c, pods, 'CreateContainerConfigError', `secret "${one.secret.name}" not found`);
      for (const pod of pods) c.event(pod, 'Failed', `Error: secret "${one.secret.name}" not found`);
      return truth(c.get('Deployment', one.name), 'secret_missing');
    },
  },
  {
    kind: 'secret-key-missing',
    make(c) {
      const one = victim(c, ({ secret }) => secret !== undefined);
      if (!one?.secret) return null;
      const secret = one.secret;
      const pods = roll(c, one.name, (container) =>
        container.env.push({ name: 'TOKEN', valueFrom: { secretKeyRef: { name: secret.name, key: 'token' } } }),
      );
      waits(c, pods, 'CreateContainerConfigError', `couldn't find key token in Secret ${c.namespace}/${secret.name}`);
      for (const pod of pods)
        c.event(pod, 'Failed', `Error: couldn't find key token in Secret ${c.namespace}/${secret.name}`);
      return truth(c.get('Deployment', one.name), 'secret_key_missing');
    },
  },
  {
    kind: 'mounted-config-map-missing',
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (container, spec) => {
        spec.volumes = [...(spec.volumes ?? []), { name: 'config', configMap: { name: `${name}-config` } }];
        container.volumeMounts = [...(container.volumeMounts ?? []), { name: 'config', mountPath: '/etc/app' }];
      });
      waits(c, pods, 'ContainerCreating', null);
      for (const pod of pods)
        c.event(
          pod,
          'FailedMount',
          `MountVolume.SetUp failed for volume "config" : configmap "${name}-config" not found`,
          { count: 11 },
        );
      return truth(c.get('Deployment', name), 'config_map_missing');
    },
  },
  {
    kind: 'runs-as-root-refused',
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (container) => {
        container.securityContext = { runAsNonRoot: true };
      });
      const message = `container has runAsNonRoot and image will run as root (pod: "${pods[0]?.metadata.name}_${c.namespace}(${c.word(8)})", container: ${c.container})`;
      waits(c, pods, 'CreateContainerConfigError', message);
      for (const pod of pods) c.event(pod, 'Failed', `Error: ${message}`);
      return truth(c.get('Deployment', name), 'container_config_error', 'permission_denied', 'run_as_non_root');
    },
  },
  {
    kind: 'read-only-root',
    byLogs: true,
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (container) => {
        container.securityContext = { readOnlyRootFilesystem: true };
      });
      crashes(c, pods, { exitCode: 1 });
      for (const pod of pods)
        c.log(pod, [
          c.pick([
            'java.io.FileNotFoundException: /tmp/tomcat.12340.work (Read-only file system)',
            "OSError: [Errno 30] Read-only file system: '/tmp/cache'",
            'open /app/cache.db: read-only file system',
            "Error: EROFS: read-only file system, open '/usr/src/app/out.log'",
          ]),
        ]);
      return truth(c.get('Deployment', name), 'volume_read_only');
    },
  },
  {
    kind: 'privileged-port',
    byLogs: true,
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (container) => {
        container.securityContext = { runAsUser: 1000, capabilities: { drop: ['ALL'] } };
        container.env.find((env: Raw) => env.name === 'PORT').value = '80';
      });
      crashes(c, pods, { exitCode: 1 });
      for (const pod of pods)
        c.log(pod, [
          c.pick([
            'listen tcp :80: bind: permission denied',
            'Error: listen EACCES: permission denied 0.0.0.0:80',
            'java.net.SocketException: Permission denied (bind failed)',
          ]),
        ]);
      return truth(c.get('Deployment', name), 'permission_denied');
    },
  },
  {
    kind: 'memory-limit-too-low',
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (container) => {
        container.resources.limits.memory = c.pick(['20Mi', '48Mi']);
        container.resources.requests.memory = '16Mi';
      });
      crashes(c, pods, { reason: 'OOMKilled', exitCode: 137 }, { running: c.random() < 0.3 });
      return truth(c.get('Deployment', name), 'oom_killed');
    },
  },
  {
    kind: 'memory-far-too-low-for-sandbox',
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (container) => {
        container.resources = { limits: { memory: '4Mi' }, requests: { memory: '4Mi' } };
      });
      waits(c, pods, 'ContainerCreating', null);
      for (const pod of pods)
        c.event(
          pod,
          'FailedCreatePodSandBox',
          'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown',
          { count: 13 },
        );
      return truth(c.get('Deployment', name), 'oom_killed');
    },
  },
  {
    kind: 'sidecar-port-conflict',
    make(c) {
      const one = anyProgram(c);
      const pods = roll(c, one.name, (_, spec) => {
        spec.containers.push({
          name: 'proxy',
          image: 'nginx:1.27',
          ports: [{ containerPort: one.port }],
          resources: {},
        });
      });
      crashes(c, pods, { exitCode: 1 }, { name: c.random() < 0.5 ? 'proxy' : c.container });
      for (const pod of pods) {
        const ill = pod.status.containerStatuses.find((status: Raw) => !status.ready).name;
        c.log(
          pod,
          [
            c.pick([
              `nginx: [emerg] bind() to 0.0.0.0:${one.port} failed (98: Address already in use)`,
              `listen tcp :${one.port}: bind: address already in use`,
              `Error: listen EADDRINUSE: address already in use :::${one.port}`,
            ]),
          ],
          { name: ill },
        );
      }
      return truth(c.get('Deployment', one.name), 'port_in_use');
    },
  },
  {
    kind: 'init-container-waits-for-nobody',
    make(c) {
      const one = victim(c, (spec) => isProgram(spec) && Object.keys(spec.calls).length > 0)!;
      const bad = c.pick(['postgres-main', 'kafka-broker', 'config-server']);
      const pods = roll(c, one.name, (_, spec) => {
        spec.initContainers = [
          {
            name: 'wait',
            image: 'busybox:1.36',
            command: ['sh', '-c', `until nc -z ${bad} 5432; do echo waiting for ${bad}; sleep 2; done`],
          },
        ];
      });
      for (const pod of pods) {
        pod.status.phase = 'Pending';
        pod.status.initContainerStatuses = [
          {
            name: 'wait',
            image: 'busybox:1.36',
            ready: false,
            started: true,
            restartCount: 0,
            state: { running: { startedAt: c.iso(6) } },
          },
        ];
        pod.status.containerStatuses = pod.status.containerStatuses.map((status: Raw) => ({
          ...status,
          ready: false,
          started: false,
          state: { waiting: { reason: 'PodInitializing' } },
        }));
        pod.status.conditions = pod.status.conditions.map((one: Raw) =>
          one.type === 'PodScheduled' ? one : { ...one, status: 'False' },
        );
        c.log(
          pod,
          [`nc: bad address '${bad}'`, `waiting for ${bad}`, `nc: bad address '${bad}'`, `waiting for ${bad}`],
          { name: 'wait' },
        );
      }
      return truth(
        c.get('Deployment', one.name),
        'wrong_address',
        'service_missing',
        'init_container_waits',
        'unknown_host',
      );
    },
  },
  {
    kind: 'init-container-fails',
    make(c) {
      const one = anyProgram(c);
      const pods = roll(c, one.name, (_, spec) => {
        spec.initContainers = [{ name: 'migrate', image: 'migrate:1', command: ['/migrate', 'up'] }];
      });
      for (const pod of pods) {
        pod.status.phase = 'Pending';
        pod.status.initContainerStatuses = [
          {
            name: 'migrate',
            image: 'migrate:1',
            ready: false,
            restartCount: 5,
            state: {
              waiting: {
                reason: 'CrashLoopBackOff',
                message: `back-off 1m20s restarting failed container=migrate pod=${pod.metadata.name}_${c.namespace}(x)`,
              },
            },
            lastState: { terminated: { exitCode: 1, reason: 'Error', startedAt: c.iso(3), finishedAt: c.iso(2) } },
          },
        ];
        pod.status.containerStatuses = pod.status.containerStatuses.map((status: Raw) => ({
          ...status,
          ready: false,
          started: false,
          state: { waiting: { reason: 'PodInitializing' } },
        }));
        pod.status.conditions = pod.status.conditions.map((one: Raw) =>
          one.type === 'PodScheduled' ? one : { ...one, status: 'False' },
        );
        c.event(
          pod,
          'BackOff',
          `Back-off restarting failed container migrate in pod ${pod.metadata.name}_${c.namespace}(x)`,
        );
        c.log(pod, ['applying 0007_orders.sql', 'error: Dirty database version 7. Fix and force version.'], {
          name: 'migrate',
        });
      }
      return truth(c.get('Deployment', one.name), 'init_container_failed');
    },
  },
  {
    kind: 'config-file-invalid',
    byLogs: true,
    make(c) {
      const one = anyProgram(c);
      c.add('ConfigMap', c.namespace, `${one.name}-conf`, {
        metadata: { creationTimestamp: c.iso(12) },
        data: { 'app.yaml': 'server:\n  port: [\n' },
      });
      const pods = roll(c, one.name, (container, spec) => {
        spec.volumes = [...(spec.volumes ?? []), { name: 'conf', configMap: { name: `${one.name}-conf` } }];
        container.volumeMounts = [...(container.volumeMounts ?? []), { name: 'conf', mountPath: '/etc/conf' }];
      });
      crashes(c, pods, { exitCode: 1 });
      for (const pod of pods)
        c.log(pod, [
          c.pick([
            'fatal: error parsing config file /etc/conf/app.yaml: yaml: line 2: did not find expected node content',
            'yaml.parser.ParserError: while parsing a flow node in "/etc/conf/app.yaml", line 3, column 1',
            'SyntaxError: Unexpected token in JSON at position 14 while reading /etc/conf/app.yaml',
          ]),
        ]);
      return truth(c.get('Deployment', one.name), 'config_invalid');
    },
  },
  {
    kind: 'service-account-missing',
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (_, spec) => {
        spec.serviceAccountName = `${name}-sa`;
      });
      refuses(
        c,
        name,
        pods,
        `pods "${name}-7f9c-" is forbidden: error looking up service account ${c.namespace}/${name}-sa: serviceaccount "${name}-sa" not found`,
      );
      return truth(c.get('Deployment', name), 'service_account_missing');
    },
  },
  {
    kind: 'pod-security-denies',
    make(c) {
      const { name } = anyProgram(c);
      c.get('Namespace', c.namespace).metadata.labels['pod-security.kubernetes.io/enforce'] = 'restricted';
      const pods = roll(c, name, (container) => {
        container.securityContext = { privileged: true };
      });
      refuses(
        c,
        name,
        pods,
        `pods "${name}-${c.word(9)}-${c.word(5)}" is forbidden: violates PodSecurity "restricted:latest": privileged (container "${c.container}" must not set securityContext.privileged=true), allowPrivilegeEscalation != false (container "${c.container}" must set securityContext.allowPrivilegeEscalation=false)`,
      );
      return {
        objects: [...truth(c.get('Deployment', name)).objects, ...truth(c.get('Namespace', c.namespace)).objects],
        what: ['pod_security_violated'],
      };
    },
  },
  {
    kind: 'limit-range-denies',
    make(c) {
      const { name } = anyProgram(c);
      const range = c.add('LimitRange', c.namespace, 'limits', {
        spec: { limits: [{ type: 'Container', max: { memory: '512Mi' } }] },
      });
      const pods = roll(c, name, (container) => {
        container.resources.limits.memory = '1Gi';
      });
      refuses(
        c,
        name,
        pods,
        `pods "${name}-${c.word(9)}-${c.word(5)}" is forbidden: maximum memory usage per Container is 512Mi, but limit is 1Gi`,
      );
      return {
        objects: [...truth(range).objects, ...truth(c.get('Deployment', name)).objects],
        what: ['limit_range_violated'],
      };
    },
  },
  {
    kind: 'webhook-down',
    make(c) {
      const { name } = anyProgram(c);
      const hook = c.add('ValidatingWebhookConfiguration', '', 'policy-webhook', {
        webhooks: [
          {
            name: 'validate.policy.example.com',
            failurePolicy: 'Fail',
            clientConfig: { service: { name: 'policy-webhook', namespace: 'policy' } },
          },
        ],
      });
      const pods = roll(c, name, () => {});
      refuses(
        c,
        name,
        pods,
        `Internal error occurred: failed calling webhook "validate.policy.example.com": failed to call webhook: Post "https://policy-webhook.policy.svc:443/validate?timeout=10s": ${c.pick(['service "policy-webhook" not found', 'dial tcp 10.96.9.9:443: connect: connection refused', 'no endpoints available for service "policy-webhook"', 'context deadline exceeded'])}`,
      );
      // Where the configurations aren't in the dump, the webhook's own name is all that is known.
      return {
        objects: [...truth(hook).objects, { kind: hook.kind, namespace: '', name: 'validate.policy.example.com' }],
        what: ['webhook_unavailable'],
      };
    },
  },
  {
    kind: 'webhook-denies',
    make(c) {
      const { name } = anyProgram(c);
      c.add('ValidatingWebhookConfiguration', '', 'policy-webhook', {
        webhooks: [
          {
            name: 'validate.policy.example.com',
            failurePolicy: 'Fail',
            clientConfig: { service: { name: 'policy-webhook', namespace: 'policy' } },
          },
        ],
      });
      const pods = roll(c, name, () => {});
      refuses(
        c,
        name,
        pods,
        'admission webhook "validate.policy.example.com" denied the request: image must come from registry.corp.example',
      );
      return truth(c.get('Deployment', name), 'webhook_denied');
    },
  },
  {
    kind: 'priority-class-missing',
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (_, spec) => {
        spec.priorityClassName = 'business-critical';
      });
      refuses(
        c,
        name,
        pods,
        `pods "${name}-${c.word(9)}-" is forbidden: no PriorityClass with name business-critical was found`,
      );
      return truth(c.get('Deployment', name), 'priority_class_missing');
    },
  },
  ...(['cpu', 'memory', 'pods'] as const).map(
    (resource): DumpFault => ({
      kind: `quota-full-${resource}`,
      make(c) {
        const { name } = anyProgram(c);
        const key = resource === 'pods' ? 'pods' : c.pick([`requests.${resource}`, `limits.${resource}`]);
        const [hard, used, asked] =
          resource === 'cpu'
            ? ['2', '1900m', '300m']
            : resource === 'memory'
              ? ['4Gi', '4000Mi', '256Mi']
              : ['13', '13', '1'];
        const quota = c.add('ResourceQuota', c.namespace, c.pick(['team-quota', 'compute', 'quota']), {
          spec: { hard: { [key]: hard } },
          status: { hard: { [key]: hard }, used: { [key]: used } },
        });
        const pods = roll(c, name, () => {}, c.random() < 0.5);
        refuses(
          c,
          name,
          pods,
          `pods "${name}-${c.word(9)}-${c.word(5)}" is forbidden: exceeded quota: ${quota.metadata.name}, requested: ${key}=${asked}, used: ${key}=${used}, limited: ${key}=${hard}`,
        );
        return truth(quota, `quota_exceeded_${resource}`);
      },
    }),
  ),
  {
    kind: 'quota-wants-limits',
    make(c) {
      const { name } = anyProgram(c);
      const quota = c.add('ResourceQuota', c.namespace, 'compute', {
        spec: { hard: { 'limits.cpu': '20' } },
        status: { hard: { 'limits.cpu': '20' }, used: { 'limits.cpu': '5' } },
      });
      const pods = roll(c, name, (container) => {
        container.resources = {};
      });
      refuses(
        c,
        name,
        pods,
        `pods "${name}-${c.word(9)}-${c.word(5)}" is forbidden: failed quota: compute: must specify limits.cpu for: ${c.container}`,
      );
      return {
        objects: [...truth(quota).objects, ...truth(c.get('Deployment', name)).objects],
        what: ['quota_exceeded_cpu', 'quota_exceeded_other'],
      };
    },
  },
  {
    kind: 'scheduler-name-unknown',
    make(c) {
      const { name } = anyProgram(c);
      const pods = roll(c, name, (_, spec) => {
        spec.schedulerName = 'gpu-scheduler';
      });
      pending(c, pods, null);
      return truth(c.get('Deployment', name), 'scheduler_unknown');
    },
  },
  {
    kind: 'program-crashes-for-its-own-reason',
    make(c) {
      const one = anyProgram(c);
      const pods = roll(c, one.name, (container) => {
        container.image = container.image.replace(/:.*$/, ':v2');
      });
      crashes(c, pods, { exitCode: one.language === 'go' ? 2 : 1 });
      const said: Record<string, string[]> = {
        go: ['panic: runtime error: index out of range [3] with length 3', '', 'goroutine 1 [running]:'],
        java: ['Exception in thread "main" java.lang.NullPointerException', '\tat com.example.Main.main(Main.java:12)'],
        node: ["TypeError: Cannot read properties of undefined (reading 'id')", '    at main (/app/index.js:4:2)'],
        python: ['Traceback (most recent call last):', "AttributeError: 'NoneType' object has no attribute 'split'"],
      };
      for (const pod of pods) c.log(pod, [...chatter(c, one).slice(0, 1), ...(said[one.language] ?? [])]);
      return truth(c.get('Deployment', one.name), 'crash_loop');
    },
  },
];
