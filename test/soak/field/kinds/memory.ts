import { crash, roll } from '../cluster.ts';
import type { ContainerSpec } from '../model.ts';
import { blame, frontFails, type Kind, victim, wlTruth } from '../words.ts';
export const MEMORY: Kind[] = [
  {
    name: 'oom-run',
    apply: (c) => {
      const v = victim(c);
      const wl = c.workload(v.name);
      const pods = c.rng.chance(0.5)
        ? c.podsOf(wl)
        : roll(c, wl, (spec) => {
            (spec.containers[0] as ContainerSpec).resources.limits = { cpu: '200m', memory: '32Mi' };
          });
      for (const pod of pods) {
        pod.made = Math.max(pod.made, 12);
        crash(c, pod, 137, {
          reason: 'OOMKilled',
          ranSec: c.rng.int(20, 200),
          restarts: c.rng.int(3, 9),
          ...(c.rng.chance(0.3) && { showing: 'terminated' as const }),
        });
        if (c.rng.chance(0.3))
          c.event(
            { kind: 'Node', name: pod.node as string, ns: 'default' },
            'Warning',
            'SystemOOM',
            `System OOM encountered, victim process: ${v.lang === 'java' ? 'java' : 'server'}, pid: ${c.rng.int(2000, 90000)}`,
            { host: pod.node as string, first: 3 },
          );
      }
      blame(c, v.name, 'refused');
      frontFails(c);
      return wlTruth(wl, ['oom_killed', 'memory_limit'], 'the memory limit is too low: OOMKilled');
    },
  },
  {
    name: 'oom-jvm',
    apply: (c) => {
      const v = victim(c, { langs: ['java'] });
      const wl = c.workload(v.name);
      for (const pod of roll(c, wl, (spec) => {
        const one = spec.containers[0] as ContainerSpec;
        one.resources = { requests: { memory: '64Mi' }, limits: { memory: '96Mi' } };
        one.env = [...(one.env ?? []).filter((x) => x.name !== 'JAVA_OPTS'), { name: 'JAVA_OPTS', value: '-Xmx512m' }];
      })) {
        crash(c, pod, 137, { reason: c.rng.chance(0.7) ? 'OOMKilled' : 'Error', ranSec: 11 });
        pod.log.push(
          '  .   ____          _            __ _ _',
          " /\\\\ / ___'_ __ _ _(_)_ __  __ _ \\ \\ \\ \\",
          ' :: Spring Boot ::        (v2.3.12.RELEASE)',
        );
      }
      return wlTruth(wl, ['oom_killed', 'memory_limit', 'out_of_memory'], 'limit under what the JVM needs');
    },
  },
  {
    name: 'java-heap',
    apply: (c) => {
      const v = victim(c, { langs: ['java'] });
      const wl = c.workload(v.name);
      for (const pod of c.podsOf(wl)) {
        crash(c, pod, 3, { ranSec: 300 });
        pod.log.push(
          'java.lang.OutOfMemoryError: Java heap space',
          'Dumping heap to java_pid1.hprof ...',
          'Exception in thread "http-nio-12345-exec-3" java.lang.OutOfMemoryError: Java heap space',
          '\tat java.base/java.util.Arrays.copyOf(Arrays.java:3745)',
          'Terminating due to java.lang.OutOfMemoryError: Java heap space',
        );
      }
      blame(c, v.name, 'refused');
      return wlTruth(wl, ['out_of_memory', 'oom_killed', 'memory_limit'], 'the Java heap is full');
    },
  },
  {
    name: 'oom-at-sandbox',
    apply: (c) => {
      const wl = c.workload(victim(c).name);
      for (const pod of roll(c, wl, (spec) => {
        (spec.containers[0] as ContainerSpec).resources = { requests: { memory: '2Mi' }, limits: { memory: '4Mi' } };
      })) {
        const full =
          'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown';
        crash(c, pod, 128, { reason: 'StartError', message: full, ranSec: 0 });
        c.podEvent(pod, 'Warning', 'Failed', `Error: ${full}`, { first: pod.made, last: 0.5, count: 7 });
      }
      return wlTruth(wl, ['oom_killed', 'memory_limit', 'sandbox_failed'], 'memory limit too low to start at all');
    },
  },
  {
    name: 'node-heap',
    apply: (c) => {
      const v = victim(c, { langs: ['node', 'go'] });
      const wl = c.workload(v.name);
      for (const pod of c.podsOf(wl)) {
        crash(c, pod, 134, { ranSec: 240 });
        pod.log.push(
          '',
          '<--- Last few GCs --->',
          '',
          '[1:0x7f8]   235123 ms: Mark-sweep 126.1 (131.2) -> 125.6 (131.4) MB, 112.3 / 0.0 ms  (average mu = 0.094, current mu = 0.012) allocation failure',
          '',
          '<--- JS stacktrace --->',
          '',
          'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
        );
      }
      blame(c, v.name, 'refused');
      return wlTruth(wl, ['out_of_memory', 'oom_killed', 'memory_limit'], 'the Node heap is full');
    },
  },
];
