import { rbacYaml, rightsInGroups } from '../../src/checks/rbac.ts';
import type { Action } from '../../src/extension-points.ts';

/** What the manifests in deploy/ allow, from what the actions declare: the chart's rights in groups that its values turn on, and the profile's as `rbac` prints them. */
export function rightsFiles(actions: Action[]): { path: string; text: string }[] {
  const serviceAccount = { namespace: 'nightshift', name: 'nightshift' };
  return [
    {
      path: 'deploy/helm/nightshift/files/rights.json',
      text: `${JSON.stringify({ groups: rightsInGroups(actions) }, null, 2)}\n`,
    },
    {
      path: 'deploy/kustomize/profiles/observe/rights.yaml',
      text: rbacYaml(actions, { namespaces: ['shop'], mode: 'observe', optIns: [], serviceAccount }),
    },
  ];
}
