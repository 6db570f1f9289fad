import { backOff, crash, roll, startEvents, waiting } from '../cluster.ts';
import { blame, type Kind, victim, wlTruth } from '../words.ts';
export const INIT: Kind[] = [
  {
    name: 'init-waits-for-service',
    apply: (c) => {
      const v = victim(c);
      const wl = c.workload(v.name);
      for (const pod of roll(c, wl, (spec) => {
        spec.initContainers = [
          {
            name: 'wait-for-db',
            image: 'busybox:1.36',
            command: ['sh', '-c', 'until nc -z shop-db 5432; do echo waiting for shop-db; sleep 2; done'],
            resources: {},
          },
        ];
      })) {
        waiting(pod, 'PodInitializing');
        pod.phase = 'Pending';
        pod.ics = [
          {
            state: { running: { startedAt: c.at(pod.made - 0.2) } },
            lastState: {},
            ready: false,
            started: true,
            restarts: 0,
          },
        ];
        startEvents(c, pod, 'scheduled');
        c.podEvent(pod, 'Normal', 'Started', 'Started container wait-for-db', { first: pod.made });
      }
      return wlTruth(
        wl,
        ['init_container_waits', 'service_missing', 'wrong_address', 'init_container_failed'],
        'an init container waits for a Service that does not exist',
      );
    },
  },
  {
    name: 'init-fails',
    apply: (c) => {
      const wl = c.workload(victim(c).name);
      for (const pod of roll(c, wl, (spec) => {
        spec.initContainers = [
          { name: 'migrate', image: 'registry.example.com/migrate:1.4', command: ['/migrate', 'up'], resources: {} },
        ];
      })) {
        waiting(pod, 'PodInitializing');
        pod.phase = 'Pending';
        pod.ics = [
          {
            state: {
              waiting: {
                reason: 'CrashLoopBackOff',
                message: backOff(c, pod).replace(/container=\S+/, 'container=migrate'),
              },
            },
            lastState: {
              terminated: {
                exitCode: 1,
                reason: 'Error',
                startedAt: c.at(1.2),
                finishedAt: c.at(1.1),
                containerID: 'containerd://1',
              },
            },
            ready: false,
            started: false,
            restarts: 6,
          },
        ];
        startEvents(c, pod, 'scheduled');
        c.podEvent(
          pod,
          'Warning',
          'BackOff',
          `Back-off restarting failed container migrate in pod ${pod.name}_${pod.ns}(${pod.uid})`,
          { first: pod.made, last: 0.3, count: 30, field: 'spec.initContainers{migrate}' },
        );
      }
      return wlTruth(wl, ['init_container_failed'], 'the init container fails');
    },
  },
  {
    name: 'sidecar-crashes',
    apply: (c) => {
      const v = victim(c);
      const wl = c.workload(v.name);
      for (const pod of roll(c, wl, (spec) => {
        spec.containers.push({
          name: 'log-shipper',
          image: 'fluent/fluent-bit:3.0',
          args: ['-c', '/fluent-bit/etc/missing.conf'],
          resources: {},
        });
      })) {
        crash(c, pod, 1, { index: 1 });
        pod.logs.set('log-shipper', [
          '[2025/03/01 10:00:00] [error] [/src/fluent-bit/src/config_format/flb_cf_fluentbit.c:502 errno=2] No such file or directory',
          '[2025/03/01 10:00:00] [error] could not open configuration file, aborting',
        ]);
      }
      blame(c, v.name, 'refused');
      return wlTruth(
        wl,
        ['sidecar_failed', 'file_missing', 'config_invalid'],
        'the sidecar crashes: its file is missing',
      );
    },
  },
  {
    name: 'sidecar-port-conflict',
    apply: (c) => {
      const v = victim(c, { langs: ['go', 'java', 'python', 'node'] });
      const wl = c.workload(v.name);
      for (const pod of roll(c, wl, (spec) => {
        spec.containers.push({
          name: 'proxy',
          image: 'envoyproxy/envoy:v1.29',
          ports: [{ containerPort: v.port, protocol: 'TCP' }],
          resources: {},
        });
      })) {
        crash(c, pod, 1, { index: 1 });
        pod.logs.set('proxy', [
          `[2025-03-01 10:00:00.000][1][critical][main] [source/server/server.cc:131] error initializing configuration '/etc/envoy/envoy.yaml': cannot bind '0.0.0.0:${v.port}': Address already in use`,
        ]);
      }
      blame(c, v.name, 'refused');
      return wlTruth(wl, ['port_in_use', 'sidecar_failed'], 'two containers of the pod want one port');
    },
  },
];
