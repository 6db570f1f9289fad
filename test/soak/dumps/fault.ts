import type { CauseKind } from '../../../src/domain/cause-kinds.ts';
import type { Cluster, Raw } from './cluster.ts';
import type { ServiceSpec } from './shops.ts';

/** The object that is to be named and what is wrong with it; more than one where people would say either. */
export type Truth = { objects: { kind: string; namespace: string; name: string }[]; what: CauseKind[] };
/** A kind of fault: breaks the cluster, says what the answer is. Null where the shop has nothing to break so. */
export type DumpFault = {
  kind: string;
  /** Only the logs tell it: without them the right answer is that nothing is known. */
  byLogs?: true;
  make: (c: Cluster) => Truth | null;
};

export const truth = (
  object: Raw | { kind: string; namespace: string; name: string },
  ...what: CauseKind[]
): Truth => ({ objects: [refOf(object)], what });
export const either = (objects: Raw[], ...what: CauseKind[]): Truth => ({ objects: objects.map(refOf), what });

const refOf = (object: Raw) =>
  object.metadata
    ? {
        kind: object.kind as string,
        namespace: (object.metadata.namespace ?? '') as string,
        name: object.metadata.name as string,
      }
    : (object as Truth['objects'][number]);

/** A service of the shop to break; any, or one that fits. */
export function victim(c: Cluster, fits: (one: ServiceSpec) => boolean = () => true): ServiceSpec | null {
  const those = c.shop.services.filter(fits);
  return those.length > 0 ? c.pick(those) : null;
}
export const isProgram = ({ speaks }: ServiceSpec) => speaks !== 'tcp';
export const isDatabase = ({ speaks }: ServiceSpec) => speaks === 'tcp';
export const isCalled = (c: Cluster) => (one: ServiceSpec) =>
  c.shop.services.some(({ calls }) => Object.values(calls).some((at) => at.split(':')[0] === one.name));
