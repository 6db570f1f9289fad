import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { clusterRole, TIGHTENING } from '../src/rbac.ts';

const rulesOf = (text: string): { apiGroups: string[]; resources: string[]; verbs: string[] }[] => parse(text).rules;

describe('the ClusterRole', () => {
  it('may change nothing without actions, and monitors only where they are to be tightened', () => {
    const bare = rulesOf(clusterRole([]));
    expect(bare.flatMap((rule) => rule.verbs).filter((verb) => !['get', 'list', 'watch'].includes(verb))).toEqual([]);
    expect(bare.some((rule) => rule.apiGroups.includes('monitoring.coreos.com'))).toBe(false);
    const tight = rulesOf(clusterRole([], TIGHTENING)).filter((rule) => rule.verbs.includes('patch'));
    expect(tight.map((rule) => rule.resources[0])).toEqual(['servicemonitors', 'podmonitors']);
  });
});
