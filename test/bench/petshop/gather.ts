import type { Edge, Evidence, RankInput } from '../../../src/analysis/rank.ts';
import { metricEvidence } from '../../../src/analysis/rank-metrics.ts';
import type { ShiftSeries } from '../../../src/analysis/rank-shift.ts';
import type { Table, Target } from './read-scenarios.ts';

/** What is known when the alert comes: the normal period (if any), the rows around the incident, and the graph. */
export type Situation = { target: Target; table: Table; normal: Table | null; edges: Edge[]; nodes: string[] };

/** A situation in the ranking's own terms. */
export function rankInput(situation: Situation): RankInput {
  const { target, table, edges, nodes } = situation;
  const entities = [...new Set([target.node, ...nodes, ...table.nodes])];
  const evidence = entities.flatMap((entity) => evidenceOf(entity, situation));
  // X-Ray calls a peer "remote" when only its callers report on it.
  const inferred = entities.filter((entity) => entity.endsWith('_remote'));
  return { symptomService: target.node, alarm: target.metric, entities, edges, evidence, at: target.at, inferred };
}

function evidenceOf(entity: string, situation: Situation): Evidence[] {
  const { table, normal, target } = situation;
  const split = firstIncidentRow(table, target.at);
  const requests = table.column(entity, 'requests', 'Sum');
  const statistic = target.metric === 'latency' ? target.agg : 'Average';
  const found: Evidence[] = [];
  for (const [metric, what, agg] of [
    ['latency', 'latency', statistic],
    ['availability', 'availability', 'Average'],
  ] as const) {
    const column = scaled(table.column(entity, metric, agg), metric);
    if (column === null) continue;
    const normalColumn = scaled(normal?.column(entity, metric, agg) ?? null, metric) ?? new Float64Array();
    const evidence = metricEvidence({
      entity,
      what,
      shape: metric === 'latency' ? 'amount' : 'fraction',
      worse: metric === 'latency' ? 'rise' : 'fall',
      unit: metric === 'latency' ? 's' : 'fraction',
      least: 0.005,
      stepMs: table.stepMs,
      start: table.times[split] ?? target.at,
      normal: { values: normalColumn },
      recent: part(column, requests, 0, split),
      incident: part(column, requests, split, column.length),
    });
    if (evidence !== null) found.push(evidence);
  }
  return found;
}

/** The first row that isn't over when the alert comes; a row's time is its beginning. At least one row stays on each side if there are two. */
export function firstIncidentRow(table: Table, at: number): number {
  const ended = table.times.filter((time) => time + table.stepMs <= at).length;
  return Math.min(Math.max(ended, Math.min(1, table.times.length - 1)), Math.max(0, table.times.length - 1));
}

function part(column: Float64Array, requests: Float64Array | null, from: number, to: number): ShiftSeries {
  const values = column.subarray(from, to);
  return requests === null ? { values } : { values, counts: requests.subarray(from, to) };
}

/** Availability comes in percent. */
function scaled(column: Float64Array | null, metric: string): Float64Array | null {
  return column === null || metric !== 'availability' ? column : column.map((value) => value / 100);
}
