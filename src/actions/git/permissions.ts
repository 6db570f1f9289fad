import type { Permission } from '../../extension-points.ts';
import { KEEPER_PERMISSIONS, SOURCE_PERMISSIONS } from '../../ports/keeper.ts';

/** What it takes to see from where in Git a workload comes. */
export const LOOK_PERMISSIONS: Permission[] = [
  { group: 'apps', resource: 'deployments', verbs: ['get', 'list'] },
  { group: 'apps', resource: 'statefulsets', verbs: ['get', 'list'] },
  { group: 'apps', resource: 'daemonsets', verbs: ['get', 'list'] },
  { group: 'apps', resource: 'replicasets', verbs: ['list'] },
  { group: 'apps', resource: 'controllerrevisions', verbs: ['list'] },
  { group: '', resource: 'pods', verbs: ['get', 'list'] },
  ...KEEPER_PERMISSIONS,
  ...SOURCE_PERMISSIONS,
];
