// A template's hash has a digit or no vowel, which keeps the pods of `api-worker` out of those of `api`.
export const TEMPLATE_HASH = '(?:[a-z]*[0-9][a-z0-9]*|[b-df-hj-np-tv-z]{4,10})';

/** A regular expression (RE2 and JavaScript) for the names of a workload's pods, those that are gone too. `name` must be escaped for one already. */
export function podNamePattern(name: string): string {
  return `${name}-(?:${TEMPLATE_HASH}-[a-z0-9]{5}|[a-z0-9]{5}|[0-9]+)`;
}

/** A Deployment's ReplicaSet is named after it, with its template's hash behind. */
export const deploymentOf = (replicaSet: string): string => replicaSet.replace(/-[a-z0-9]{1,10}$/, '');

const escaped = (name: string): string => name.replaceAll('.', '\\.');

/** Whether a workload's pods are called so. Only for pods that are gone: of those that are there the owner is known. */
export const ownsPodNamed = (workload: string, pod: string): boolean =>
  new RegExp(`^${podNamePattern(escaped(workload))}$`).test(pod);

// A hash has a digit or no vowel: Kubernetes leaves vowels out, and words have one.
const HASH = '(?:[a-z]*[0-9][a-z0-9]*|[b-df-hj-np-tv-z]+)';
const DEPLOYMENT_POD = new RegExp(`^(.+?)-(?=[a-z0-9]{5,10}-)${HASH}-[a-z0-9]{5}$`);
const STATEFULSET_POD = /^(.+)-[0-9]{1,4}$/;
const DAEMONSET_POD = new RegExp(`^(.+)-(?=[a-z0-9]{5}$)${HASH}$`);

/** `api-7d9f8c6b5-x2x2x` → `api` (Deployment), `api-0` → `api` (StatefulSet), `api-x2x2x` → `api` (DaemonSet); any other name is taken whole. */
export function workloadOfPod(pod: string): string {
  const match = DEPLOYMENT_POD.exec(pod) ?? STATEFULSET_POD.exec(pod) ?? DAEMONSET_POD.exec(pod);
  return match?.[1] ?? pod;
}
