import type { ClusterState } from '../../../domain/snapshot/cluster-state.ts';
import { fitsOf, type Misfit, type NodeFit } from '../../../domain/snapshot/node-fit.ts';
import type { StateWorkload } from '../../../domain/snapshot/workload.ts';

export type Reason =
  | Misfit
  | 'anti_affinity'
  | 'pod_affinity'
  | 'ports'
  | 'spread'
  | 'volume_node'
  | 'storage'
  | 'unknown';

const SAID: [Reason, RegExp][] = [
  [
    'storage',
    /unbound immediate PersistentVolumeClaims|persistentvolumeclaim "[^"]{1,260}"|didn't find available persistent volumes|non-existent persistentvolume|storageclass/i,
  ],
  ['volume_node', /volume node affinity conflict|no available volume zone/i],
  ['anti_affinity', /anti-affinity rules/i],
  ['pod_affinity', /pod affinity rules|match pod affinity/i],
  ['ports', /free ports for the requested pod ports/i],
  ['spread', /topology spread constraints/i],
  ['cordon', /node\(s\) were unschedulable/i],
  ['cpu', /Insufficient cpu/i],
  ['memory', /Insufficient memory/i],
  ['pods', /Too many pods/i],
  ['resource', /Insufficient [a-z]/i],
  ['selector', /node affinity\/selector|node selector/i],
  ['affinity', /node affinity/i],
  ['condition', /taint \{node\.kubernetes\.io\/(?:not-ready|unreachable|disk-pressure|memory-pressure|pid-pressure)/i],
  ['taint', /taint/i],
];

/** Nodes that pass selector and affinity are the ones that were meant, where there are any; of these, the one that lacks least tells what is in the way. */
export function reasonOfWaiting(
  state: ClusterState,
  workload: StateWorkload,
  message: string,
): { reason: Reason; fits: NodeFit[] } {
  const said = reasonsIn(message);
  const pairs = said.filter((one) => !isNodeMisfit(one));
  const [storage] = pairs.filter((one) => one === 'storage');
  const fits = fitsOf(state, workload.template);
  if (storage) return { reason: storage, fits };
  const selected = fits.filter(({ misfits }) => !misfits.includes('selector') && !misfits.includes('affinity'));
  if (fits.length > 0 && selected.length === 0) {
    const bySelector = fits.every(({ misfits }) => misfits.includes('selector'));
    return { reason: bySelector ? 'selector' : 'affinity', fits };
  }
  const least = Math.min(...selected.map(({ misfits }) => misfits.length));
  const near = selected.filter(({ misfits }) => misfits.length === least);
  if (near.length === 0) return { reason: said[0] ?? 'unknown', fits };
  if (least === 0)
    return {
      reason: pairs[0] ?? said.find((one) => one !== 'taint' && one !== 'selector') ?? said[0] ?? 'unknown',
      fits: near,
    };
  const misfits = near.flatMap((one) => one.misfits);
  const first = PREFERRED.find((one) => misfits.includes(one) && confirmed(one, said)) ?? (misfits[0] as Misfit);
  return {
    reason: pairs.length > 0 && !said.some(isNodeMisfit) ? (pairs[0] ?? first) : first,
    fits: near.filter((one) => one.misfits.includes(first)),
  };
}

const PREFERRED: Misfit[] = [
  'cordon',
  'taint',
  'memory',
  'cpu',
  'pods',
  'resource',
  'condition',
  'selector',
  'affinity',
];
const isNodeMisfit = (reason: Reason): reason is Misfit => (PREFERRED as Reason[]).includes(reason);
const confirmed = (misfit: Misfit, said: Reason[]): boolean => said.length === 0 || said.includes(misfit);

/** The reasons that it gives, without what is told of control planes and of preemption. */
function reasonsIn(message: string): Reason[] {
  const own = message
    .replace(/preemption:.*$/s, '')
    .replace(
      /(?<!\d)\d{1,6} node\(s\) had (?:untolerated )?taint \{node-role\.kubernetes\.io\/[^{}]{0,300}\}(?:, that the pod didn't tolerate)?,?/g,
      '',
    );
  return SAID.filter(([, pattern]) => pattern.test(own)).map(([reason]) => reason);
}
