import { type Cluster, rngOf } from './cluster.ts';
import { ADMISSION } from './kinds/admission.ts';
import { COMMANDS } from './kinds/commands.ts';
import { CONFIG } from './kinds/config.ts';
import { CONTROL } from './kinds/control.ts';
import { DATABASE } from './kinds/database.ts';
import { IMAGES } from './kinds/images.ts';
import { INIT } from './kinds/init.ts';
import { MEMORY } from './kinds/memory.ts';
import { NODES } from './kinds/nodes.ts';
import { PROBES } from './kinds/probes.ts';
import { SCHEDULING } from './kinds/scheduling.ts';
import { SERVICES } from './kinds/services.ts';
import { STORAGE } from './kinds/storage.ts';
import type { Truth } from './model.ts';
import { addKubeSystem, addLogs, addNeighbours, addNoise, addOldTrouble } from './noise.ts';
import { type Lack, type Mode, writeDump } from './render.ts';
import { buildShop } from './shops.ts';
import { cascade, type Kind } from './words.ts';

/** By their names: what can't be told where a part is left out. */
const BY_EVENTS =
  /^(?:image-(?:tag|repo|private)|registry-|pull-secret|rabbit-down|(?:secret|configmap)-volume|hostpath|nfs|volume-multi|sandbox-cni|pvc-(?:provisioner|size|mode|selector)|liveness-|readiness-|startup-|preempted|cpu-limit|coredns|kube-proxy|cert-not-issued)/;
const BY_LOGS =
  /^(?:exec-format|wrong-args|python-|jar-|env-|config-yaml|port-in-use|privileged|read-only|data-perm|wrong-mount|java-heap|node-heap|sidecar-|service-(?:port|missing)|db-|redis-auth|dns-policy|network-policy|rbac|caller-|segfault|init-waits|coredns|kube-proxy|workdir)/;
const BY_PLATFORM = /^(?:coredns|kube-proxy|scheduler-down|controller-manager|hpa)/;
const BY_WORKLOADS =
  /^(?:quota|limit-range|pod-sec|service-account|priority-class|webhook|zero-|db-scaled|controller-manager|kube-proxy|coredns|rollout-paused|hpa|env-|wrong|db-host|db-port)/;
const BY_NODES = /^(?:kubelet|node-network|containerd|cni|disk|memory-p|pid|cordoned|taint|kube-proxy|volume-zone)/;
const needsOf = (name: string): NonNullable<Kind['needs']> => ({
  ...(BY_EVENTS.test(name) && { events: true as const }),
  ...(BY_LOGS.test(name) && { logs: true as const }),
  ...(BY_WORKLOADS.test(name) && { workloads: true as const }),
  ...(BY_NODES.test(name) && { nodes: true as const }),
  ...(BY_PLATFORM.test(name) && { platform: true as const }),
});

export const KINDS: Kind[] = [
  ...IMAGES,
  ...CONFIG,
  ...COMMANDS,
  ...MEMORY,
  ...INIT,
  ...PROBES,
  ...SCHEDULING,
  ...STORAGE,
  ...ADMISSION,
  ...SERVICES,
  ...NODES,
  ...CONTROL,
  ...DATABASE,
].map((one) => ({ ...one, needs: needsOf(one.name) }));

export type ShopName = 'boutique' | 'train';

export interface Case {
  kind: string;
  shop: ShopName;
  mode: Mode;
  lack: Lack;
  truth: Truth;
}

/** Those who call the broken one can't live without it, where nobody of it answers. */
const spread = (c: Cluster, { objects: [broken] }: Truth): void => {
  if (!broken || !['Deployment', 'StatefulSet', 'Service'].includes(broken.kind)) return;
  if (!c.members.has(broken.name) || c.callersOf(broken.name).length === 0) return;
  const service = c.services.find((one) => one.name === broken.name && one.ns === c.ns);
  const down = c
    .podsOf(c.workload(broken.name))
    .every((pod) => pod.phase !== 'Running' || pod.cs.some((one) => !one.ready));
  if (service?.selector?.app !== broken.name || down) cascade(c, broken.name);
};

/** What is left out, of what the kind can be told without. */
const lackOf = (c: Cluster, { needs = {} }: Kind, lacks: number): Lack => {
  const ways: [keyof Lack, boolean][] = [
    ['events', needs.events === true],
    ['logs', needs.logs === true],
    ['sparse', false],
    ['ownOnly', needs.platform === true],
    ['oneFile', false],
    ['sets', false],
    ['workloads', needs.workloads === true],
    ['newEvents', false],
    ['nodes', needs.nodes === true],
  ];
  const lack: Lack = {};
  for (let i = 0; i < lacks; i += 1) {
    const [what, needed] = c.rng.pick(ways);
    if (!needed) lack[what] = true;
  }
  return lack;
};

/** One broken cluster as a dump in `dir`. `lacks`: how many parts the recorder leaves out; from one on there is old trouble elsewhere, too, and callers that break with the broken. */
export const makeCase = (kind: Kind, shop: ShopName, seed: number, dir: string, lacks: number): Case => {
  const rng = rngOf(seed);
  const c = buildShop(rng, shop);
  addKubeSystem(c);
  addNeighbours(c);
  addLogs(c);
  const truth = kind.apply(c);
  addNoise(c);
  if (lacks > 0) {
    addOldTrouble(c);
    spread(c, truth);
  }
  const lack = lackOf(c, kind, lacks);
  const drawn = rng.next();
  const mode: Mode = drawn < 0.2 ? 'yaml' : drawn < 0.5 && !kind.full ? 'cluster-info' : 'full';
  writeDump(c, dir, mode, lack);
  return { kind: kind.name, shop, mode, lack, truth };
};
