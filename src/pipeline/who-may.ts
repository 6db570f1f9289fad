import { meantBy } from '../domain/first-words.ts';
import { policyWords } from '../domain/policy-words.ts';
import type { People } from '../extension-points/people.ts';
import type { Workload } from '../ports/cluster-objects.ts';
import type { StageDeps } from './deps.ts';

/** What the configuration means for one workload of the cluster. */
export async function whoMay(
  deps: Pick<StageDeps, 'cluster' | 'policy' | 'mode' | 'protectedNamespaces'>,
  reference: string,
): ReturnType<People['who']> {
  const found = await findWorkload(deps, reference);
  if (!found.ok) return found;
  const { namespace, name } = found.workload;
  const isProtected = deps.protectedNamespaces.includes(namespace);
  const policy = policyWords(deps.policy(namespace, name), { mode: deps.mode, isProtected });
  return { ok: true, report: { namespace, service: name, policy } };
}

/** `name`, or `namespace/name`; an empty name for anything else. */
export function whoseName(reference: string): { name: string; namespace: string | null } {
  const [name = '', namespace = null, ...more] = reference.trim().toLowerCase().split('/').reverse();
  return more.length > 0 ? { name: '', namespace: null } : { name, namespace };
}

/** The one workload that a person means: by its whole name, else by its first words where no other begins so. */
export async function findWorkload(
  deps: Pick<StageDeps, 'cluster'>,
  reference: string,
): Promise<{ ok: true; workload: Workload } | { ok: false; message: string }> {
  const { name, namespace } = whoseName(reference);
  if (name === '') return { ok: false, message: 'Give it as a name, or as `namespace/name`.' };
  const found = await deps.cluster.workloads(namespace);
  if (!found.ok) return { ok: false, message: `The workloads can’t be read now: ${found.failure.message}` };
  const fitting = meantBy(found.value, (one) => one.name, name);
  const [one] = fitting;
  if (!one) return { ok: false, message: `There is no workload of that name${namespace ? ' in that namespace' : ''}.` };
  if (fitting.length === 1) return { ok: true, workload: one };
  const choices = fitting.slice(0, 5).map((each) => `\`${each.namespace}/${each.name}\``);
  return { ok: false, message: `More than one fits: say ${choices.join(' or ')}.` };
}
