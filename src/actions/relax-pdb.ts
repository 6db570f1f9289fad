import type { LabelSelector } from '../domain/label-selector.ts';
import { selects } from '../domain/label-selector.ts';
import { isRecord, readPath } from '../domain/object-path.ts';
import { templateLabels } from '../domain/pod-template.ts';
import type { Refusal, RefusalCode } from '../domain/types/refusal.ts';
import type { ActionContext } from '../extension-points.ts';
import type { CustomObject } from '../ports/custom-objects.ts';
import { BUDGETS } from './edit/edited-kinds.ts';
import { editing, type Intended } from './edit/editing.ts';
import { noPodTouched } from './edit/scaler.ts';
import { cannotLook, lookAtTarget } from './workload/look.ts';

/**
 * A budget that lets no pod go though all of them are well holds up drains and upgrades for ever. It is relaxed by one pod, never so far that none would have to stay, and given back when the trouble is over.
 * A budget that lets none go because pods are ill does what it is for.
 */
const relaxPdb = editing({
  name: 'relax_pdb',
  title: 'Relax a disruption budget by one pod',
  rungs: ['mitigate', 'remediate'],
  reversible: true,
  cures: { budget_blocks: [14, 4], node_cordoned: [2, 4], '*': [1, 8] },
  against: { namespace: [], workload: ['crash_loop', 'not_ready'] },
  permissions: [
    { group: 'policy', resource: 'poddisruptionbudgets', verbs: ['get', 'list', 'patch'] },
    { group: 'apps', resource: 'deployments', verbs: ['get'] },
    { group: 'apps', resource: 'statefulsets', verbs: ['get'] },
    { group: 'apps', resource: 'daemonsets', verbs: ['get'] },
    { group: 'apps', resource: 'replicasets', verbs: ['list'] },
    { group: 'apps', resource: 'controllerrevisions', verbs: ['list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
  ],
  intend,
  async settled({ cluster }, { place }) {
    const found = await cluster.custom.get(place);
    if (!found.ok) return { kind: 'in_progress', message: found.failure.message };
    const allowed = count(found.value, ['status', 'disruptionsAllowed']);
    return allowed > 0
      ? { kind: 'settled', message: `${place.name} lets ${allowed} pod go.` }
      : { kind: 'in_progress', message: `${place.name} lets no pod go yet.` };
  },
});

async function intend(context: ActionContext): Promise<Intended> {
  const found = await blockingBudget(context);
  if (!found.ok) return found;
  const { budget } = found;
  const name = `PodDisruptionBudget ${budget.name}`;
  const [expected, healthy] = [count(budget, ['status', 'expectedPods']), count(budget, ['status', 'currentHealthy'])];
  if (count(budget, ['status', 'disruptionsAllowed']) > 0) return no('not_needed', `${name} lets pods go.`);
  if (expected < 2)
    return no('at_limit', `${name} is about ${expected} pod: one has to stay. Give it a second replica first.`);
  if (healthy < expected)
    return no(
      'not_needed',
      `${name} lets none go because only ${healthy} of ${expected} pods are healthy: that is what it is for.`,
    );
  const spec = budget.object.spec;
  const byMaximum = isRecord(spec) && spec.maxUnavailable !== undefined && spec.maxUnavailable !== null;
  const path = ['spec', byMaximum ? 'maxUnavailable' : 'minAvailable'];
  const value = byMaximum ? 1 : expected - 1;
  const { namespace } = context.target;
  return {
    ok: true,
    intent: {
      kind: BUDGETS,
      object: budget,
      target: { kind: 'PodDisruptionBudget', namespace, name: budget.name },
      fields: [{ path, value }],
      summary: `Let PodDisruptionBudget ${budget.name} give up one of ${expected} pods`,
      blastRadius: noPodTouched(
        namespace,
        found.service,
        expected,
        `No pod is touched; one of ${expected} may be evicted at a time from now on.`,
      ),
      notes: [],
      temporary: `the budget of PodDisruptionBudget ${budget.name}`,
    },
  };
}

type Found = { ok: true; budget: CustomObject; service: string } | { ok: false; refusal: Refusal };

/** The budget that is the target, or the only one over the target's pods: two over a pod are an error of their own. */
async function blockingBudget(context: ActionContext): Promise<Found> {
  const { cluster, target } = context;
  if (target.kind === 'PodDisruptionBudget') {
    const budget = await cluster.custom.get({ kind: BUDGETS, namespace: target.namespace, name: target.name });
    return budget.ok
      ? { ok: true, budget: budget.value, service: target.name }
      : cannotLook(budget.failure, `PodDisruptionBudget ${target.name}`);
  }
  const looked = await lookAtTarget(context);
  if (!looked.ok) return looked;
  const { workload, raw } = looked.look;
  const all = await cluster.custom.list(BUDGETS, workload.namespace);
  if (!all.ok) return cannotLook(all.failure, 'PodDisruptionBudgets');
  const template = readPath(raw, ['spec', 'template']);
  const labels = templateLabels(isRecord(template) ? template : {});
  const over = all.value.filter((one) => selects(selectorOf(one), labels));
  const [budget, second] = over;
  const subject = `${workload.kind} ${workload.name}`;
  if (!budget) return no('not_needed', `No PodDisruptionBudget is over the pods of ${subject}.`);
  if (second)
    return no(
      'managed_elsewhere',
      `${over.length} PodDisruptionBudgets are over the pods of ${subject} (${budget.name}, ${second.name}), which lets none be evicted at all: take one of them away.`,
    );
  return { ok: true, budget, service: workload.name };
}

function selectorOf({ object }: CustomObject): LabelSelector {
  const told = readPath(object, ['spec', 'selector']);
  const labels = readPath(told, ['matchLabels']);
  const expressions = readPath(told, ['matchExpressions']);
  return {
    matchLabels: isRecord(labels)
      ? Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]))
      : {},
    matchExpressions: (Array.isArray(expressions) ? expressions : [])
      .filter(isRecord)
      .map(({ key, operator, values }) => ({
        key: String(key),
        operator: String(operator),
        values: Array.isArray(values) ? values.map(String) : [],
      })),
  };
}

function count({ object }: CustomObject, path: string[]): number {
  const value = readPath(object, path);
  return typeof value === 'number' ? value : 0;
}

const no = (code: RefusalCode, message: string): { ok: false; refusal: Refusal } => ({
  ok: false,
  refusal: { code, message },
});

export default relaxPdb;
