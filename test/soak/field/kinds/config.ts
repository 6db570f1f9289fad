import { type Cluster, roll, startEvents, waiting } from '../cluster.ts';
import type { ContainerSpec, Pod } from '../model.ts';
import { blame, first, type Kind, victim, wlTruth } from '../words.ts';

const configError = (c: Cluster, pod: Pod, says: string): void => {
  waiting(pod, 'CreateContainerConfigError', says);
  startEvents(c, pod, 'pulled');
  c.podEvent(pod, 'Warning', 'Failed', `Error: ${says}`, {
    first: pod.made,
    last: 0.2,
    count: 25,
    field: `spec.containers{${first(pod).name}}`,
  });
};

const mountFails = (c: Cluster, pod: Pod, volume: string, says: string): void => {
  waiting(pod, 'ContainerCreating');
  delete pod.ip;
  startEvents(c, pod, 'scheduled');
  c.podEvent(pod, 'Warning', 'FailedMount', `MountVolume.SetUp failed for volume "${volume}" : ${says}`, {
    first: pod.made,
    last: 0.5,
    count: 12,
  });
  if (c.rng.chance(0.5))
    c.podEvent(
      pod,
      'Warning',
      'FailedMount',
      `Unable to attach or mount volumes: unmounted volumes=[${volume}], unattached volumes=[], failed to process volumes=[]: ${c.minor >= 27 ? 'context deadline exceeded' : 'timed out waiting for the condition'}`,
      { first: pod.made - 2, last: 1, count: 3 },
    );
};

const configKind = (
  name: string,
  what: string[],
  cause: string,
  change: (one: ContainerSpec) => void,
  says: (ns: string) => string,
): Kind => ({
  name,
  apply: (c) => {
    const v = victim(c);
    const wl = c.workload(v.name);
    for (const pod of roll(c, wl, (spec) => change(spec.containers[0] as ContainerSpec)))
      configError(c, pod, says(c.ns));
    if (c.podsOf(wl).every((one) => !one.cs[0]?.ready)) blame(c, v.name, 'refused');
    return wlTruth(wl, what, cause);
  },
});

export const CONFIG: Kind[] = [
  configKind(
    'secret-missing',
    ['secret_missing'],
    'a Secret that the env names does not exist',
    (one) => {
      one.env = [
        ...(one.env ?? []),
        { name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'db-credentials', key: 'password' } } },
      ];
    },
    () => 'secret "db-credentials" not found',
  ),
  configKind(
    'configmap-missing',
    ['config_map_missing'],
    'a ConfigMap that envFrom names does not exist',
    (one) => {
      one.envFrom = [{ configMapRef: { name: 'app-settings' } }];
    },
    () => 'configmap "app-settings" not found',
  ),
  configKind(
    'secret-key-missing',
    ['secret_key_missing'],
    'the Secret lacks the key',
    (one) => {
      one.env = [
        ...(one.env ?? []),
        { name: 'API_TOKEN', valueFrom: { secretKeyRef: { name: 'tokens', key: 'api-token' } } },
      ];
    },
    (ns) => `couldn't find key api-token in Secret ${ns}/tokens`,
  ),
  configKind(
    'configmap-key-missing',
    ['config_map_key_missing'],
    'the ConfigMap lacks the key',
    (one) => {
      one.env = [
        ...(one.env ?? []),
        { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'features', key: 'mode' } } },
      ];
    },
    (ns) => `couldn't find key mode in ConfigMap ${ns}/features`,
  ),
  configKind(
    'run-as-non-root',
    ['run_as_non_root', 'container_config_error'],
    'runAsNonRoot with an image that runs as root',
    (one) => {
      one.securityContext = { runAsNonRoot: true };
    },
    () => 'container has runAsNonRoot and image will run as root (pod: "x", container: server)',
  ),
  {
    name: 'secret-volume-missing',
    apply: (c) => {
      const wl = c.workload(victim(c).name);
      for (const pod of roll(c, wl, (spec) => {
        spec.volumes = [...(spec.volumes ?? []), { name: 'tls', secret: { secretName: 'shop-tls', defaultMode: 420 } }];
        (spec.containers[0] as ContainerSpec).volumeMounts = [{ name: 'tls', mountPath: '/etc/tls' }];
      }))
        mountFails(c, pod, 'tls', 'secret "shop-tls" not found');
      return wlTruth(wl, ['secret_missing'], 'a mounted Secret does not exist');
    },
  },
  {
    name: 'configmap-volume-missing',
    apply: (c) => {
      const wl = c.workload(victim(c).name);
      for (const pod of roll(c, wl, (spec) => {
        spec.volumes = [...(spec.volumes ?? []), { name: 'conf', configMap: { name: 'shop-conf', defaultMode: 420 } }];
        (spec.containers[0] as ContainerSpec).volumeMounts = [{ name: 'conf', mountPath: '/etc/conf' }];
      }))
        mountFails(c, pod, 'conf', 'configmap "shop-conf" not found');
      return wlTruth(wl, ['config_map_missing'], 'a mounted ConfigMap does not exist');
    },
  },
  {
    name: 'configmap-volume-key',
    apply: (c) => {
      const wl = c.workload(victim(c).name);
      for (const pod of roll(c, wl, (spec) => {
        spec.volumes = [
          ...(spec.volumes ?? []),
          { name: 'conf', configMap: { name: 'shop-conf', items: [{ key: 'app.yaml', path: 'app.yaml' }] } },
        ];
        (spec.containers[0] as ContainerSpec).volumeMounts = [{ name: 'conf', mountPath: '/etc/conf' }];
      }))
        mountFails(c, pod, 'conf', 'configmap references non-existent config key: app.yaml');
      return wlTruth(wl, ['config_map_key_missing'], 'a mounted ConfigMap lacks the key');
    },
  },
];
