import { lastChange } from '../domain/last-change.ts';
import { isRecord, readPath } from '../domain/object-path.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import type { ActionContext } from '../extension-points.ts';
import { NODES } from './edit/edited-kinds.ts';
import { editing, type Intended } from './edit/editing.ts';
import { keptBy, LOOK_PERMISSIONS, nodeToOpen } from './node/node-to-open.ts';
import { lookAtTarget } from './workload/look.ts';

/** Those that the cluster or its provider sets and takes away itself. */
const NOT_OURS = /^node(-role)?\.kubernetes\.io\/|^node\.cloudprovider\.kubernetes\.io\//;

const CLOSES = /^No(Schedule|Execute)$/;

type Taint = { key: string; value?: string; effect: string; timeAdded?: string };

/** Takes a taint off a node that is well, which keeps pods away that have nowhere else to go. The one that the step names (`params.key`), or the only one that there is. */
const removeTaint = editing({
  name: 'remove_taint',
  title: 'Take a taint off a node',
  rungs: ['mitigate', 'remediate'],
  reversible: true,
  cures: { node_tainted: [12, 4], taint_not_tolerated: [12, 4], unschedulable: [4, 4], '*': [1, 5] },
  params: { key: 'the key of the taint, where a node has several' },
  against: { namespace: [], workload: [] },
  permissions: [{ group: '', resource: 'nodes', verbs: ['get', 'list', 'patch'] }, ...LOOK_PERMISSIONS],
  async intend(context: ActionContext): Promise<Intended> {
    const found = await nodeToOpen(context, ({ taints = [] }) =>
      taints.some((taint) => CLOSES.test(taint.effect) && !NOT_OURS.test(taint.key)),
    );
    if (!found.ok) return found;
    const { node, object } = found;
    const all = taintsOf(object.object);
    const chosen = chooseTaint(all, context.step.params.key, node.name);
    if ('code' in chosen) return { ok: false, refusal: chosen };
    const keeper = keptBy(object.object);
    if (keeper !== undefined) {
      const message = `Pods are kept off node ${node.name} on purpose (${keeper}): that is taken away by whoever set it.`;
      return { ok: false, refusal: { code: 'managed_elsewhere', message } };
    }
    const older = await isOlder(context, object.object);
    if (older) return { ok: false, refusal: older };
    const left = all.filter((taint) => taint !== chosen);
    return {
      ok: true,
      intent: {
        kind: NODES,
        object,
        target: { kind: 'Node', namespace: context.target.namespace, name: node.name },
        fields: [
          {
            path: ['spec', 'taints'],
            value: left.length > 0 ? left : null,
            words: { before: all.map(textOf).join(', '), after: left.map(textOf).join(', ') || 'none' },
          },
        ],
        summary: `Take the taint ${textOf(chosen)} off node ${node.name}`,
        blastRadius: found.blastRadius,
        onlyAsked: 'who set the taint meant to keep pods off',
        notes: [
          `Who set it meant to keep pods off${chosen.timeAdded ? ` (since ${chosen.timeAdded})` : ''}; ask, if that is known.`,
        ],
      },
    };
  },
  settled: async (_context, { place }) => ({ kind: 'settled', message: `Node ${place.name} takes pods again.` }),
});

/** Pods that never ran beside the taint were sent there by their own template: that is what has to change. */
async function isOlder(context: ActionContext, node: Record<string, unknown>): Promise<Refusal | null> {
  const set = lastChange(node, 'spec.taints');
  if (context.target.kind === 'Node' || !set?.ofField) return null;
  const looked = await lookAtTarget(context);
  if (!looked.ok) return looked.refusal;
  const [newest] = looked.look.revisions;
  if (!newest || newest.createdAt < set.at) return null;
  const message = `The taint was there before the newest version of ${context.target.name}: give that a toleration, or other nodes.`;
  return { code: 'not_needed', message };
}

const taintsOf = (object: Record<string, unknown>): Taint[] => {
  const told = readPath(object, ['spec', 'taints']);
  return (Array.isArray(told) ? told : []).filter(
    (one): one is Taint => isRecord(one) && typeof one.key === 'string' && typeof one.effect === 'string',
  );
};

function chooseTaint(all: Taint[], key: unknown, node: string): Taint | Refusal {
  const keeping = all.filter(({ key: own, effect }) => effect !== 'PreferNoSchedule' && !NOT_OURS.test(own));
  const [first, second] = key === undefined ? keeping : keeping.filter((taint) => taint.key === key);
  if (!first) return { code: 'not_needed', message: `Node ${node} has no taint of anybody's that keeps pods off.` };
  if (!second) return first;
  return {
    code: 'invalid',
    message: `Node ${node} has several taints (${keeping.map(textOf).join(', ')}): name one in params.key.`,
  };
}

const textOf = ({ key, value, effect }: Taint): string => `${key}${value ? `=${value}` : ''}:${effect}`;

export default removeTaint;
