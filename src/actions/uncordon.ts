import { readPath } from '../domain/object-path.ts';
import type { ActionContext } from '../extension-points.ts';
import { NODES } from './edit/edited-kinds.ts';
import { editing, type Intended } from './edit/editing.ts';
import { MARK } from './edit/mark.ts';
import { keptBy, LOOK_PERMISSIONS, nodeToOpen } from './node/node-to-open.ts';

/** Lets pods onto a node again that is well and was left cordoned, where pods wait for room. Who keeps it off on purpose (an upgrade, an autoscaler, a drain of ours) is left to it. */
const uncordon = editing({
  name: 'uncordon',
  title: 'Let pods onto a node again',
  rungs: ['mitigate', 'remediate'],
  reversible: true,
  cures: { node_cordoned: [14, 4], unschedulable: [5, 4], '*': [1, 5] },
  against: { namespace: [], workload: [] },
  permissions: [{ group: '', resource: 'nodes', verbs: ['get', 'list', 'patch'] }, ...LOOK_PERMISSIONS],
  async intend(context: ActionContext): Promise<Intended> {
    const found = await nodeToOpen(context, ({ unschedulable }) => unschedulable);
    if (!found.ok) return found;
    const { node, object } = found;
    if (!node.unschedulable)
      return { ok: false, refusal: { code: 'not_needed', message: `Node ${node.name} takes pods.` } };
    const keeper = node.annotations?.[MARK] ?? keptBy(object.object);
    if (keeper !== undefined) {
      const message = `Node ${node.name} is kept cordoned on purpose (${keeper}): that gives it back when it is done.`;
      return { ok: false, refusal: { code: 'managed_elsewhere', message } };
    }
    return {
      ok: true,
      intent: {
        kind: NODES,
        object,
        target: { kind: 'Node', namespace: context.target.namespace, name: node.name },
        fields: [{ path: ['spec', 'unschedulable'], value: null, words: { before: 'true', after: 'false' } }],
        summary: `Let pods onto node ${node.name} again`,
        blastRadius: found.blastRadius,
        onlyAsked: 'somebody cordoned it, and may be at work on it',
        notes: ['Nothing says why it was cordoned: ask who did, if that is known.', ...lastCordon(object.object)],
      },
    };
  },
  settled: async (_context, { place }) => ({ kind: 'settled', message: `Node ${place.name} takes pods again.` }),
});

/** Who set the field, as the API server wrote it down. */
function lastCordon(object: Record<string, unknown>): string[] {
  const managed = readPath(object, ['metadata', 'managedFields']);
  const entry = (Array.isArray(managed) ? managed : []).find((one) => JSON.stringify(one).includes('f:unschedulable'));
  const [manager, time] = [readPath(entry, ['manager']), readPath(entry, ['time'])];
  return typeof manager === 'string'
    ? [`It was cordoned by ${manager}${typeof time === 'string' ? `, ${time}` : ''}.`]
    : [];
}

export default uncordon;
