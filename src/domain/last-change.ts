import { touches } from './keeper.ts';
import { writersOf } from './managed-fields.ts';

export type LastChange = {
  by: string;
  at: number;
  /** It wrote the very field; else it is who wrote to the object last. */
  ofField: boolean;
};

/** Parts of Kubernetes that write to everything, for somebody else. */
const HOUSEKEEPING = /^(kube-controller-manager|kubelet|kube-scheduler|nightshift)$/;

/** Who changed the field (as `spec.selector`) last, or where nobody is known to have, the object; null: not known. */
export function lastChange(raw: Record<string, unknown>, field: string): LastChange | null {
  const writers = writersOf(raw).filter(({ manager, at }) => !HOUSEKEEPING.test(manager) && Number.isFinite(at));
  const newest = writers.toSorted((left, right) => right.at - left.at);
  const own = newest.find(({ fields }) => fields.some((one) => touches(one, field)));
  const chosen = own ?? newest[0];
  return chosen ? { by: chosen.manager.slice(0, 80), at: chosen.at, ofField: own !== undefined } : null;
}
