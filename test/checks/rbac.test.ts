import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadModules } from '../../src/app/load-modules.ts';
import { type RbacOptions, rbacObjects, rbacYaml } from '../../src/checks/rbac.ts';
import type { Action } from '../../src/extension-points.ts';

const actions = await loadModules<Action>(fileURLToPath(new URL('../../src/actions', import.meta.url)));
const ALL: RbacOptions = { namespaces: null, mode: 'act', optIns: [], serviceAccount: null };
const rulesOf = (options: Partial<RbacOptions>, of: Pick<Action, 'name' | 'permissions'>[] = actions) =>
  rbacObjects(of, { ...ALL, ...options }).flatMap((object) =>
    'rules' in object
      ? object.rules.map((rule) => ({ ...rule, of: `${object.kind} ${object.metadata.namespace ?? '*'}` }))
      : [],
  );
const verbsOf = (options: Partial<RbacOptions>, group: string, resource: string, of?: []) =>
  rulesOf(options, of).find(({ apiGroups, resources }) => apiGroups[0] === group && resources[0] === resource)?.verbs;
const changing = (rules: { verbs: string[] }[]) =>
  rules.flatMap(({ verbs }) => verbs).filter((verb) => !['get', 'list', 'watch'].includes(verb));

describe('the rights', () => {
  it('cover what a diagnosis looks at', () => {
    expect(verbsOf({}, 'networking.k8s.io', 'networkpolicies')).toContain('list');
    expect(verbsOf({}, 'cert-manager.io', 'certificates')).toContain('list');
    expect(verbsOf({}, '', 'resourcequotas')).toContain('list');
    expect(verbsOf({}, '', 'configmaps')).toContain('get');
  });

  it('hold Secrets only when asked for, and then never let them be listed, watched or changed', () => {
    expect(verbsOf({}, '', 'secrets')).toBeUndefined();
    expect(verbsOf({ optIns: ['secrets'] }, '', 'secrets')).toEqual(['get']);
    expect(rbacYaml(actions, { ...ALL, optIns: ['secrets'] })).toContain(
      '# get of Secrets: only metadata is asked for',
    );
  });

  it('change nothing without actions or in observe mode', () => {
    expect(changing(rulesOf({}, []))).toEqual([]);
    expect(changing(rulesOf({ mode: 'observe', optIns: ['nodes', 'policies', 'monitors'] }))).toEqual([]);
  });

  it('reach nodes, policy engines and monitors only when asked for', () => {
    expect(verbsOf({}, '', 'nodes')).not.toContain('patch');
    expect(verbsOf({ optIns: ['nodes'] }, '', 'nodes')).toContain('patch');
    expect(verbsOf({}, 'kyverno.io', 'clusterpolicies')).toBeUndefined();
    expect(verbsOf({ optIns: ['policies'] }, 'kyverno.io', 'clusterpolicies')).toContain('create');
    expect(verbsOf({}, 'monitoring.coreos.com', 'servicemonitors')).toBeUndefined();
    expect(verbsOf({ optIns: ['monitors'] }, 'monitoring.coreos.com', 'servicemonitors')).toContain('patch');
    const said = rbacYaml(actions, ALL);
    expect(said).toMatch(/Left out.*drain_and_cordon \(--with nodes\)/);
    expect(said).toMatch(/patch of workloads: .*cluster admin/);
    expect(rbacYaml(actions, { ...ALL, optIns: ['policies'] })).toMatch(/as good as cluster admin/);
  });

  it('are Roles in the namespaces that are named, and a ClusterRole only for what no namespace holds', () => {
    const rules = rulesOf({ namespaces: ['shop', 'pay'], optIns: ['nodes'] });
    expect(new Set(rules.filter(({ resources }) => resources[0] === 'deployments').map(({ of }) => of))).toEqual(
      new Set(['Role shop', 'Role pay']),
    );
    for (const { of, resources } of rules)
      if (of.startsWith('ClusterRole'))
        expect(['nodes', 'persistentvolumes', 'storageclasses', 'namespaces']).toContain(resources[0]);
  });

  it('are bound to the account that is named, each to its own role', () => {
    const yaml = rbacYaml(actions, { ...ALL, namespaces: ['shop'], serviceAccount: { namespace: 'ops', name: 'bot' } });
    const objects = parseAllDocuments(yaml).map(
      (document) => document.toJS() as { kind: string; roleRef?: { kind: string } },
    );
    expect(objects.map(({ kind, roleRef }) => [kind, roleRef?.kind])).toEqual([
      ['ClusterRole', undefined],
      ['ClusterRoleBinding', 'ClusterRole'],
      ['Role', undefined],
      ['RoleBinding', 'Role'],
    ]);
  });
});
