import type { Edge } from '../../../src/analysis/rank.ts';
import { firstIncidentRow } from '../petshop/gather.ts';
import type { Table, Target } from '../petshop/read-scenarios.ts';
import { type Deviation, deviationOf, type Simple, simpleRankings } from './methods.ts';

/** The simple methods on a table of PetShop's: the alarm's own metric of each node, from its normal period to the rows since. */
export function simpleOfTable(target: Target, table: Table, normal: Table | null, edges: readonly Edge[]): Simple {
  const entities = [...new Set([target.node, ...table.nodes, ...edges.flatMap(({ from, to }) => [from, to])])];
  const statistic = target.metric === 'latency' ? target.agg : 'Average';
  const split = firstIncidentRow(table, target.at);
  const deviations = entities.flatMap((entity): Deviation[] => {
    const now = table.column(entity, target.metric, statistic);
    if (now === null) return [];
    const before = normal?.column(entity, target.metric, statistic) ?? now.subarray(0, split);
    return [{ entity, inside: false, size: deviationOf(before, now.subarray(split)) }];
  });
  return simpleRankings(target.node, entities, edges, deviations);
}
