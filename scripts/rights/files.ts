import { join } from 'node:path';
import { loadModules } from '../../src/app/load-modules.ts';
import { rbacYaml, rightsInGroups } from '../../src/checks/rbac.ts';
import type { Action } from '../../src/extension-points.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The generated files of deploy/, by path: the chart's rights in groups that its values turn on, and the profile's as `rbac` prints them. */
export async function rightsFiles(): Promise<Record<string, string>> {
  const actions = await loadModules<Action>(join(ROOT, 'src/actions'));
  const serviceAccount = { namespace: 'nightshift', name: 'nightshift' };
  return {
    [join(ROOT, 'deploy/helm/nightshift/files/rights.json')]:
      `${JSON.stringify({ groups: rightsInGroups(actions) }, null, 2)}\n`,
    [join(ROOT, 'deploy/kustomize/profiles/observe/rights.yaml')]: rbacYaml(actions, {
      ...{ namespaces: ['shop'], mode: 'observe' as const, optIns: [], serviceAccount },
    }),
  };
}
