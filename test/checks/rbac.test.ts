import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { clusterRole, TIGHTENING } from '../../src/checks/rbac.ts';

type Rule = { apiGroups: string[]; resources: string[]; verbs: string[] };

describe('the ClusterRole', () => {
  const { rules } = parse(clusterRole([])) as { rules: Rule[] };
  const verbs = (group: string, resource: string) =>
    rules.find(({ apiGroups, resources }) => apiGroups[0] === group && resources[0] === resource)?.verbs;

  it('covers what a diagnosis looks at', () => {
    expect(verbs('networking.k8s.io', 'networkpolicies')).toContain('list');
    expect(verbs('cert-manager.io', 'certificates')).toContain('list');
    expect(verbs('', 'resourcequotas')).toContain('list');
    expect(verbs('', 'configmaps')).toContain('get');
  });

  it('never lets Secrets be listed, watched or changed', () => {
    expect(verbs('', 'secrets')).toEqual(['get']);
  });

  it('may change nothing without actions, and monitors only where they are to be tightened', () => {
    const bare = (parse(clusterRole([])) as { rules: Rule[] }).rules;
    expect(bare.flatMap((rule) => rule.verbs).filter((verb) => !['get', 'list', 'watch'].includes(verb))).toEqual([]);
    expect(bare.some((rule) => rule.apiGroups.includes('monitoring.coreos.com'))).toBe(false);
    const tight = (parse(clusterRole([], TIGHTENING)) as { rules: Rule[] }).rules.filter((rule) =>
      rule.verbs.includes('patch'),
    );
    expect(tight.map((rule) => rule.resources[0])).toEqual(['servicemonitors', 'podmonitors']);
  });
});
