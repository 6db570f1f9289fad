import { cluster } from './cluster.ts';
import { everydayLogs } from './complaints.ts';
import type { DumpFault, Truth } from './fault.ts';
import { CALL_FAULTS } from './faults-calls.ts';
import { CLUSTER_FAULTS, LATER_FAULTS } from './faults-cluster.ts';
import { PLACE_FAULTS } from './faults-place.ts';
import { START_FAULTS } from './faults-start.ts';
import { furnish } from './furnish.ts';
import { lose, noise } from './noise.ts';
import { SHOPS, type ShopSpec } from './shops.ts';

export const DUMP_FAULTS: DumpFault[] = [
  ...START_FAULTS,
  ...PLACE_FAULTS,
  ...CALL_FAULTS,
  ...CLUSTER_FAULTS,
  ...LATER_FAULTS,
];

/** One broken cluster, the same for the same numbers; null where the shop can't be broken so. */
export function dumpCase(fault: DumpFault, shop: ShopSpec, seed: number, level: Parameters<typeof lose>[1] = 'whole') {
  const c = cluster(shop, seed);
  furnish(c);
  const truth: Truth | null = fault.make(c);
  if (!truth) return null;
  noise(c, truth);
  everydayLogs(c);
  lose(c, level);
  return { c, truth };
}

export { SHOPS };
