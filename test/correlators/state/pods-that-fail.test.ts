import { describe, expect, it } from 'vitest';
import { AT, Boutique, diagnose, factsOf, type Raw, verdict } from './boutique.ts';

const broken = (change: (spec: Raw) => void = () => {}) => {
  const shop = new Boutique();
  shop.change('cart', change);
  return shop;
};

describe('a container that keeps exiting', () => {
  it('was killed for its memory', () => {
    const shop = broken();
    shop.crashes('cart', { reason: 'OOMKilled', exitCode: 137 });
    expect(verdict(shop)).toBe('oom_killed Deployment/cart');
    expect(factsOf(diagnose(shop).causes[0])).toContain('resources.limits.memory=128Mi');
  });

  it('could not be started', () => {
    const shop = broken((spec) => Object.assign(spec.containers[0], { command: ['/bin/cartt'] }));
    shop.crashes('cart', {
      reason: 'StartError',
      exitCode: 128,
      message:
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/bin/cartt": stat /bin/cartt: no such file or directory: unknown',
    });
    expect(verdict(shop)).toBe('command_not_found Deployment/cart');
  });

  it.each([
    ['setting_missing', 'panic: environment variable "REDIS_ADDR" not set'],
    ['argument_invalid', 'error: unknown flag: --prot'],
    ['argument_invalid', "Unrecognized VM option 'UseConcMarkSweepGC'"],
    ['argument_invalid', 'Invalid maximum heap size: -Xmx4gb'],
    ['config_invalid', 'nginx: [emerg] unknown directive "liste" in /etc/nginx/nginx.conf:3'],
    ['port_in_use', 'panic: listen tcp :7070: bind: address already in use'],
    ['out_of_memory', 'java.lang.OutOfMemoryError: Java heap space'],
    ['permission_denied', 'open /var/run/cart.pid: permission denied'],
  ])('says why with its last words: %s', (what, line) => {
    const shop = broken();
    shop.crashes('cart', { reason: 'Error', exitCode: 1 });
    shop.log('cart', ['starting', line], { previous: true });
    expect(verdict(shop)).toBe(`${what} Deployment/cart`);
  });

  it('says little, and is named with what is known', () => {
    const shop = broken();
    shop.crashes('cart', { reason: 'Error', exitCode: 3 });
    expect(verdict(shop)).toBe('crash_loop Deployment/cart');
  });

  it('may not use its volume', () => {
    const shop = broken((spec) =>
      Object.assign(spec.containers[0], { volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
    );
    shop.crashes('cart', { reason: 'Error', exitCode: 1 });
    shop.log('cart', ["mkdir: can't create directory '/data/db': Permission denied"]);
    expect(verdict(shop)).toBe('volume_permission_denied Deployment/cart');
  });

  it('that crashed days ago and runs is history', () => {
    const shop = broken();
    for (const pod of shop.podsOf('cart'))
      Object.assign(pod.status.containerStatuses[0], {
        restartCount: 3,
        lastState: { terminated: { reason: 'Error', exitCode: 1, finishedAt: '2026-02-27T00:00:00Z' } },
        state: { running: { startedAt: '2026-02-27T00:01:00Z' } },
      });
    expect(diagnose(shop).causes.filter(({ object }) => object.name === 'cart')).toEqual([]);
  });
});

describe('a probe', () => {
  const killed = (shop: Boutique) => {
    shop.podEvent('cart', 'Killing', 'Container server failed liveness probe, will be restarted', { type: 'Normal' });
    shop.crashes('cart', { reason: 'Error', exitCode: 137 });
  };

  it('asks a port where nobody listens', () => {
    const live = broken((spec) => Object.assign(spec.containers[0], { livenessProbe: { tcpSocket: { port: 9999 } } }));
    live.podEvent('cart', 'Unhealthy', 'Liveness probe failed: dial tcp 10.244.1.7:9999: connect: connection refused');
    killed(live);
    expect(verdict(live)).toBe('liveness_probe_port Deployment/cart');
    const ready = broken((spec) =>
      Object.assign(spec.containers[0], { readinessProbe: { httpGet: { port: 9999, path: '/' } } }),
    );
    ready.podEvent(
      'cart',
      'Unhealthy',
      'Readiness probe failed: Get "http://10.244.1.7:9999/": dial tcp 10.244.1.7:9999: connect: connection refused',
    );
    ready.unready('cart');
    expect(verdict(ready)).toBe('readiness_probe_port Deployment/cart');
  });

  it('speaks another protocol', () => {
    const live = broken((spec) =>
      Object.assign(spec.containers[0], { livenessProbe: { httpGet: { port: 7070, path: '/' } } }),
    );
    live.podEvent(
      'cart',
      'Unhealthy',
      'Liveness probe failed: Get "http://10.244.1.7:7070/": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x00\\x00\\x06\\x04"',
    );
    killed(live);
    expect(verdict(live)).toBe('liveness_probe_protocol Deployment/cart');
    const ready = broken((spec) =>
      Object.assign(spec.containers[0], { readinessProbe: { httpGet: { port: 7070, path: '/', scheme: 'HTTPS' } } }),
    );
    ready.podEvent(
      'cart',
      'Unhealthy',
      'Readiness probe failed: Get "https://10.244.1.7:7070/": http: server gave HTTP response to HTTPS client',
    );
    ready.unready('cart');
    expect(verdict(ready)).toBe('readiness_probe_protocol Deployment/cart');
  });

  it('kills before the program has started', () => {
    const shop = broken((spec) =>
      Object.assign(spec.containers[0], {
        livenessProbe: { tcpSocket: { port: 7070 }, periodSeconds: 1, failureThreshold: 1 },
      }),
    );
    shop.podEvent('cart', 'Unhealthy', 'Liveness probe failed: dial tcp 10.244.1.7:7070: connect: connection refused');
    killed(shop);
    expect(verdict(shop)).toBe('liveness_probe_timing Deployment/cart');
  });

  it('waits for longer than the pod runs', () => {
    const shop = broken((spec) =>
      Object.assign(spec.containers[0], { readinessProbe: { tcpSocket: { port: 7070 }, initialDelaySeconds: 3600 } }),
    );
    shop.unready('cart');
    expect(verdict(shop)).toBe('readiness_probe_timing Deployment/cart');
  });

  it('asks a port that nobody declares and that answers: the program is unwell, not the port wrong', () => {
    const shop = broken((spec) =>
      Object.assign(spec.containers[0], { readinessProbe: { httpGet: { port: 15021, path: '/healthz/ready' } } }),
    );
    shop.podEvent('cart', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503');
    shop.unready('cart');
    expect(verdict(shop)).not.toContain('readiness_probe_port');
  });

  it('asks for a path that is not there, or runs a command that fails', () => {
    const path = broken((spec) =>
      Object.assign(spec.containers[0], { readinessProbe: { httpGet: { port: 7070, path: '/helthz' } } }),
    );
    path.podEvent('cart', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 404');
    path.unready('cart');
    expect(verdict(path)).toBe('readiness_probe_path Deployment/cart');
    const command = broken((spec) =>
      Object.assign(spec.containers[0], { readinessProbe: { exec: { command: ['/bin/chek'] } } }),
    );
    command.podEvent(
      'cart',
      'Unhealthy',
      'Readiness probe errored: rpc error: code = Unknown desc = failed to exec in container: OCI runtime exec failed: exec failed: unable to start container process: exec: "/bin/chek": stat /bin/chek: no such file or directory: unknown',
    );
    command.unready('cart');
    expect(verdict(command)).toBe('readiness_probe_command Deployment/cart');
  });
});

describe('an init container', () => {
  it('waits for a name that no Service has', () => {
    const shop = broken((spec) =>
      Object.assign(spec, {
        initContainers: [
          { name: 'wait', image: 'busybox:1', command: ['sh', '-c', 'until nc -z redis-kart:6379; do sleep 1; done'] },
        ],
      }),
    );
    for (const pod of shop.podsOf('cart')) {
      pod.status.phase = 'Pending';
      pod.status.initContainerStatuses = [
        { name: 'wait', ready: false, restartCount: 0, state: { running: { startedAt: '2026-03-02T03:25:00Z' } } },
      ];
    }
    shop.waits('cart', 'PodInitializing', '');
    expect(verdict(shop)).toBe('wrong_address Deployment/cart');
  });
});

describe('a container that is told to listen elsewhere', () => {
  it('is asked in vain by a probe that is right in port and patience', () => {
    const shop = broken((spec) =>
      Object.assign(spec.containers[0], {
        env: [{ name: 'HTTP_PORT', value: '7999' }],
        livenessProbe: { httpGet: { path: '/healthz', port: 7070 }, initialDelaySeconds: 5 },
      }),
    );
    shop.crashes('cart', { reason: 'Error', exitCode: 137 });
    const refused = 'Get "http://10.244.1.7:7070/healthz": dial tcp 10.244.1.7:7070: connect: connection refused';
    shop.podEvent('cart', 'Unhealthy', `Liveness probe failed: ${refused}`);
    shop.podEvent('cart', 'Killing', 'Container server failed liveness probe, will be restarted');
    expect(verdict(shop)).toBe('wrong_port Deployment/cart');
    expect(factsOf(diagnose(shop).causes[0])).toContain('env[HTTP_PORT]=7999');
  });

  it('or ends before the probe would give up', () => {
    const shop = broken((spec) =>
      Object.assign(spec.containers[0], {
        livenessProbe: { httpGet: { path: '/health', port: 9090 }, initialDelaySeconds: 300 },
      }),
    );
    shop.crashes('cart', { reason: 'Error', exitCode: 1 });
    shop.log('cart', ["/etc/cart.conf:13 - Error during parsing: Unknown directive 'forwardd'"]);
    shop.podEvent('cart', 'Unhealthy', 'Liveness probe failed: dial tcp 10.244.1.7:9090: connect: connection refused');
    expect(diagnose(shop).causes.map(({ what }) => what)).not.toContain('liveness_probe_port');
  });
});

describe('trouble of long ago', () => {
  const hours = (ago: number) => new Date(AT - ago * 3_600_000).toISOString();
  const job = (failedAgo: number) => {
    const shop = broken();
    shop.add('Job', 'kube-system', 'sweep-281', {
      spec: { template: { metadata: { labels: { job: 'sweep' } }, spec: { containers: [] } } },
      status: {
        conditions: [
          { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', lastTransitionTime: hours(failedAgo) },
        ],
      },
    });
    return shop;
  };

  it('stands back behind what began today, and is told where nothing did', () => {
    const shop = job(16);
    shop.crashes('cart', { reason: 'Error', exitCode: 3 });
    expect(verdict(shop)).toBe('crash_loop Deployment/cart');
    expect(diagnose(job(16)).causes[0]?.what).toBe('job_failed');
  });

  it('is no such thing where it has only begun', () => {
    const shop = job(0.2);
    shop.crashes('cart', { reason: 'Error', exitCode: 3 });
    expect(diagnose(shop).named).toBe(false);
  });
});

describe('a node that put pods out and has recovered', () => {
  const evicted = (resource: string) => {
    const shop = broken();
    for (const name of ['cart', 'payment', 'checkout'])
      shop.pod('boutique', `${name}-0ld-x2x4x`, {
        labels: { app: name },
        owner: {},
        node: 'worker-2',
        spec: { containers: [{ name: 'server', image: 'x' }] },
      });
    for (const name of ['cart', 'payment', 'checkout']) {
      const pod = shop.get('Pod', `${name}-0ld-x2x4x`);
      pod.status = {
        phase: 'Failed',
        reason: 'Evicted',
        message: `The node was low on resource: ${resource}. Threshold quantity: 100Mi, available: 71232Ki.`,
        conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: new Date(AT - 20 * 60_000).toISOString() }],
      };
      pod.metadata.ownerReferences = shop.podsOf(name)[0]?.metadata.ownerReferences;
    }
    return shop;
  };

  it('is named, with whom it put out and for what', () => {
    expect(verdict(evicted('memory'))).toBe('node_memory_pressure Node/worker-2');
    expect(verdict(evicted('ephemeral-storage'))).toBe('node_disk_pressure Node/worker-2');
    expect(factsOf(diagnose(evicted('memory')).causes[0])).toContain('(evicted from worker-2)=The node was low on');
  });
});

describe('one object, in several words', () => {
  it('is named by all of them together', () => {
    const shop = broken();
    shop.get('Deployment', 'coredns', 'kube-system').spec.template.spec.containers[0].resources = {
      limits: { memory: '12Mi' },
    };
    for (const pod of shop.podsOf('coredns', 'kube-system')) {
      Object.assign(pod.status.containerStatuses[0], {
        ready: false,
        restartCount: 6,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
      });
      pod.status.conditions = [{ type: 'Ready', status: 'False' }];
    }
    shop.log('checkout', ['lookup cart on 10.96.0.10:53: read udp 10.244.1.9:41234->10.96.0.10:53: i/o timeout']);
    const { causes, named } = diagnose(shop);
    expect(causes.slice(0, 2).map(({ object }) => object.name)).toEqual(['coredns', 'coredns']);
    expect(named).toBe(true);
  });
});
