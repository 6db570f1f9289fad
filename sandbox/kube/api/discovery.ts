import type { World } from '../world.ts';
import { groupVersion, type Resource } from './resources.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

type Entry = {
  name: string;
  singularName: string;
  namespaced: boolean;
  kind: string;
  verbs: string[];
  [k: string]: unknown;
};

function entries(resource: Resource): Entry[] {
  const { plural, namespaced, kind, shortNames, categories } = resource;
  const own: Entry = {
    name: plural,
    singularName: resource.singular,
    namespaced,
    kind,
    verbs: resource.alwaysEmpty === true ? ['get', 'list', 'watch'] : VERBS,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
  };
  const parts = resource.subresources.map((name): Entry => {
    const entry = { name: `${plural}/${name}`, singularName: '', namespaced };
    if (name === 'scale')
      return { ...entry, kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] };
    if (name === 'eviction') return { ...entry, kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] };
    if (name === 'binding') return { ...entry, kind: 'Binding', verbs: ['create'] };
    if (name === 'log') return { ...entry, kind, verbs: ['get'] };
    return { ...entry, kind, verbs: ['get', 'patch', 'update'] };
  });
  return [own, ...parts];
}

const REVIEWS: Entry[] = [
  {
    name: 'selfsubjectaccessreviews',
    singularName: 'selfsubjectaccessreview',
    namespaced: false,
    kind: 'SelfSubjectAccessReview',
    verbs: ['create'],
  },
];
const POD_METRICS: Entry[] = [
  { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
  { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
];
// Groups without stored objects.
const VIRTUAL: Record<string, Entry[]> = {
  'authorization.k8s.io/v1': REVIEWS,
  'metrics.k8s.io/v1beta1': POD_METRICS,
};

/** The discovery document at `path` (/api, /apis, /apis/apps, /apis/apps/v1 …), or undefined when there is none. */
export function discovery(world: World, path: string): unknown {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length > (parts[0] === 'api' ? 2 : 3)) return undefined;
  const served = new Map<string, Entry[]>();
  for (const resource of world.registry.all()) {
    const key = groupVersion(resource);
    served.set(key, [...(served.get(key) ?? []), ...entries(resource)]);
  }
  for (const [key, list] of Object.entries(VIRTUAL)) served.set(key, list);
  if (path === '/api') {
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  }
  const groups = groupsOf([...served.keys()]);
  if (parts[0] === 'apis' && parts.length === 1) return { kind: 'APIGroupList', apiVersion: 'v1', groups };
  if (parts[0] === 'apis' && parts.length === 2) {
    const group = groups.find(({ name }) => name === parts[1]);
    return group === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...group };
  }
  const key = parts[0] === 'api' ? parts[1] : `${parts[1]}/${parts[2]}`;
  const resources = served.get(key ?? '');
  if (resources === undefined || parts.length !== (parts[0] === 'api' ? 2 : 3)) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: key, resources };
}

function groupsOf(versions: readonly string[]): { name: string; versions: unknown[]; preferredVersion: unknown }[] {
  const named = versions.filter((version) => version.includes('/'));
  const byGroup = Map.groupBy(named, (version) => version.slice(0, version.indexOf('/')));
  return [...byGroup].map(([name, list]) => {
    const described = list.map((text) => ({ groupVersion: text, version: text.slice(name.length + 1) }));
    return { name, versions: described, preferredVersion: described[0] };
  });
}

export const VERSION = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.0+sandbox',
  gitCommit: 'sandbox',
  gitTreeState: 'clean',
  buildDate: '2025-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'sandbox',
};
