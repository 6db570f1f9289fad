import { type Cluster, crash, roll, startEvents, unready } from '../cluster.ts';
import type { ContainerSpec, Pod, Status } from '../model.ts';
import { blame, type Kind, unhealthy, victim, wlTruth } from '../words.ts';

type Way = 'Liveness' | 'Readiness' | 'Startup';
const KEY = { Liveness: 'livenessProbe', Readiness: 'readinessProbe', Startup: 'startupProbe' } as const;

const probeKind = (
  name: string,
  way: Way,
  what: string[],
  cause: string,
  probe: (port: number, c: Cluster) => Record<string, unknown>,
  says: (pod: Pod, port: number, c: Cluster) => string,
  more: { langs?: string[]; other?: (one: ContainerSpec) => void; log?: string[] } = {},
): Kind => ({
  name,
  apply: (c) => {
    const v = victim(c, more.langs ? { langs: more.langs } : {});
    const wl = c.workload(v.name);
    const pods = roll(
      c,
      wl,
      (spec) => {
        const one = spec.containers[0] as ContainerSpec;
        one[KEY[way]] = {
          timeoutSeconds: 1,
          periodSeconds: 10,
          successThreshold: 1,
          failureThreshold: 3,
          ...probe(v.port, c),
        };
        more.other?.(one);
      },
      { ago: c.rng.int(12, 30) },
    );
    for (const pod of pods) {
      const text = says(pod, v.port, c);
      pod.log.push(...(more.log ?? []));
      if (way === 'Readiness') {
        unready(pod);
        startEvents(c, pod);
        unhealthy(c, pod, 'Readiness', text);
        continue;
      }
      const looping = c.rng.chance(0.5);
      if (looping) crash(c, pod, c.rng.pick([137, 143, 2, 0]), { ranSec: 40, ...(way === 'Liveness' ? {} : {}) });
      else {
        const one = pod.cs[0] as Status;
        one.restarts = c.rng.int(3, 7);
        one.lastState = {
          terminated: {
            exitCode: c.rng.pick([137, 143]),
            reason: 'Error',
            startedAt: c.at(1.6),
            finishedAt: c.at(0.9),
            containerID: 'containerd://9a',
          },
        };
        one.state = { running: { startedAt: c.at(0.8) } };
        one.ready = false;
        if (way === 'Startup') one.started = false;
        startEvents(c, pod);
      }
      unhealthy(c, pod, way, text, { kills: true });
    }
    if (c.podsOf(wl).every((one) => !one.cs[0]?.ready)) blame(c, v.name, 'refused');
    return wlTruth(wl, what, cause);
  },
});

const refused = (pod: Pod, port: number) => `dial tcp ${pod.ip}:${port}: connect: connection refused`;
const httpRefused = (pod: Pod, port: number, path = '/healthz', scheme = 'http') =>
  `Get "${scheme}://${pod.ip}:${port}${path}": dial tcp ${pod.ip}:${port}: connect: connection refused`;

export const PROBES: Kind[] = [
  probeKind(
    'liveness-port-tcp',
    'Liveness',
    ['liveness_probe_port'],
    'the liveness probe asks a port that nobody listens on',
    (port) => ({ tcpSocket: { port: port + 1 } }),
    (pod, port) => refused(pod, port + 1),
  ),
  probeKind(
    'readiness-port-tcp',
    'Readiness',
    ['readiness_probe_port'],
    'the readiness probe asks the wrong port',
    (port) => ({ tcpSocket: { port: port + 1000 } }),
    (pod, port) => refused(pod, port + 1000),
  ),
  probeKind(
    'startup-port-http',
    'Startup',
    ['startup_probe_port'],
    'the startup probe asks the wrong port',
    (port) => ({ httpGet: { path: '/healthz', port: port + 3, scheme: 'HTTP' } }),
    (pod, port) => httpRefused(pod, port + 3),
  ),
  probeKind(
    'readiness-port-grpc',
    'Readiness',
    ['readiness_probe_port'],
    'the gRPC readiness probe asks the wrong port',
    (port) => ({ grpc: { port: port + 7, service: '' } }),
    (pod, port) => `timeout: failed to connect service "${pod.ip}:${port + 7}" within 1s: context deadline exceeded`,
  ),
  probeKind(
    'liveness-port-http',
    'Liveness',
    ['liveness_probe_port'],
    'the liveness probe asks the wrong port',
    () => ({ httpGet: { path: '/_healthz', port: 9999, scheme: 'HTTP' } }),
    (pod) => httpRefused(pod, 9999, '/_healthz'),
  ),
  probeKind(
    'liveness-path',
    'Liveness',
    ['liveness_probe_path'],
    'the liveness path answers 404',
    (port) => ({ httpGet: { path: '/healthzz', port, scheme: 'HTTP' } }),
    () => 'HTTP probe failed with statuscode: 404',
  ),
  probeKind(
    'readiness-path',
    'Readiness',
    ['readiness_probe_path'],
    'the readiness path answers 404',
    (port) => ({ httpGet: { path: '/not-there', port, scheme: 'HTTP' } }),
    () => 'HTTP probe failed with statuscode: 404',
  ),
  probeKind(
    'startup-path',
    'Startup',
    ['startup_probe_path'],
    'the startup path answers 404',
    (port) => ({ httpGet: { path: '/started', port, scheme: 'HTTP' } }),
    () => 'HTTP probe failed with statuscode: 404',
  ),
  probeKind(
    'readiness-scheme',
    'Readiness',
    ['readiness_probe_protocol'],
    'HTTPS asked of an HTTP server',
    (port) => ({ httpGet: { path: '/healthz', port, scheme: 'HTTPS' } }),
    (pod, port) => `Get "https://${pod.ip}:${port}/healthz": http: server gave HTTP response to HTTPS client`,
  ),
  probeKind(
    'liveness-scheme',
    'Liveness',
    ['liveness_probe_protocol'],
    'HTTPS asked of an HTTP server',
    (port) => ({ httpGet: { path: '/_healthz', port, scheme: 'HTTPS' } }),
    (pod, port) => `Get "https://${pod.ip}:${port}/_healthz": http: server gave HTTP response to HTTPS client`,
  ),
  probeKind(
    'readiness-http-on-grpc',
    'Readiness',
    ['readiness_probe_protocol'],
    'HTTP asked of a gRPC server',
    (port) => ({ httpGet: { path: '/', port, scheme: 'HTTP' } }),
    (pod, port) =>
      `Get "http://${pod.ip}:${port}/": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x00\\x00\\x06\\x04\\x00\\x00\\x00\\x00\\x00\\x00\\x05\\x00\\x00@\\x00"`,
    { langs: ['go', 'dotnet', 'python', 'node', 'java'] },
  ),
  probeKind(
    'liveness-grpc-on-http',
    'Liveness',
    ['liveness_probe_protocol'],
    'gRPC asked of a server without health service',
    (port) => ({ grpc: { port, service: '' } }),
    (pod, port, c) =>
      c.rng.chance(0.5)
        ? 'rpc error: code = Unimplemented desc = unknown service grpc.health.v1.Health'
        : `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service grpc.health.v1.Health (${pod.ip}:${port})`,
  ),
  probeKind(
    'liveness-timing',
    'Liveness',
    ['liveness_probe_timing'],
    'killed before it has started',
    (port) => ({ tcpSocket: { port }, initialDelaySeconds: 1, periodSeconds: 2, failureThreshold: 1 }),
    refused,
    {
      langs: ['java'],
      other: (one) => {
        delete one.startupProbe;
      },
      log: [
        '  .   ____          _            __ _ _',
        ' :: Spring Boot ::        (v2.3.12.RELEASE)',
        'INFO 1 --- [ main] o.s.d.r.c.RepositoryConfigurationDelegate : Bootstrapping Spring Data JPA repositories in DEFERRED mode.',
      ],
    },
  ),
  probeKind(
    'liveness-timeout',
    'Liveness',
    ['liveness_probe_timing'],
    'the probe gives up too early',
    (port) => ({
      httpGet: { path: '/_healthz', port, scheme: 'HTTP' },
      timeoutSeconds: 1,
      failureThreshold: 1,
      periodSeconds: 1,
    }),
    (pod, port) =>
      `Get "http://${pod.ip}:${port}/_healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
  ),
  probeKind(
    'startup-timing',
    'Startup',
    ['startup_probe_timing', 'liveness_probe_timing'],
    'too short a time to start',
    (port) => ({ tcpSocket: { port }, periodSeconds: 2, failureThreshold: 2 }),
    refused,
    { langs: ['java'] },
  ),
  probeKind(
    'readiness-command',
    'Readiness',
    ['readiness_probe_command'],
    "the probe's command fails",
    () => ({ exec: { command: ['cat', '/tmp/healthy'] } }),
    () => "cat: can't open '/tmp/healthy': No such file or directory",
  ),
  probeKind(
    'liveness-command-missing',
    'Liveness',
    ['liveness_probe_command'],
    "the probe's command is not in the image",
    (port) => ({ exec: { command: ['/bin/grpc_health_probe', `-addr=:${port}`] } }),
    () =>
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "/bin/grpc_health_probe": stat /bin/grpc_health_probe: no such file or directory: unknown',
  ),
  probeKind(
    'readiness-503',
    'Readiness',
    [
      'not_ready',
      'readiness',
      'blocked_on_dependency',
      'dependency_refuses',
      'log_error',
      'dependency_silent',
      'errors',
    ],
    'the application says itself that it is not ready',
    (port) => ({ httpGet: { path: '/actuator/health/readiness', port, scheme: 'HTTP' } }),
    () => 'HTTP probe failed with statuscode: 503',
    {
      langs: ['java'],
      log: ['WARN 1 --- [nio-12031-exec-2] o.s.b.a.health.HealthEndpointSupport : Readiness state: REFUSING_TRAFFIC'],
    },
  ),
];
