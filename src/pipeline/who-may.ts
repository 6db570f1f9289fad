import { policyWords } from '../domain/policy-words.ts';
import type { People } from '../extension-points.ts';
import type { StageDeps } from './deps.ts';

type Deps = Pick<StageDeps, 'cluster' | 'policy' | 'mode' | 'protectedNamespaces'>;

/** What the configuration means for one workload of the cluster. */
export async function whoMay(deps: Deps, reference: string): ReturnType<People['who']> {
  const [name = '', namespace = null, ...more] = reference.trim().toLowerCase().split('/').reverse();
  if (name === '' || more.length > 0) return { ok: false, message: 'Give it as a name, or as `namespace/name`.' };
  const found = await deps.cluster.workloads(namespace);
  if (!found.ok) return { ok: false, message: `The workloads can’t be read now: ${found.failure.message}` };
  const whole = found.value.filter((one) => one.name === name);
  const fitting = whole.length > 0 ? whole : found.value.filter((one) => one.name.startsWith(`${name}-`));
  const [one] = fitting;
  if (!one) return { ok: false, message: `There is no workload of that name${namespace ? ' in that namespace' : ''}.` };
  if (fitting.length > 1) {
    const choices = fitting.slice(0, 5).map((each) => `\`${each.namespace}/${each.name}\``);
    return { ok: false, message: `More than one fits: say ${choices.join(' or ')}.` };
  }
  const isProtected = deps.protectedNamespaces.includes(one.namespace);
  const policy = policyWords(deps.policy(one.namespace, one.name), { mode: deps.mode, isProtected });
  return { ok: true, report: { namespace: one.namespace, service: one.name, policy } };
}
