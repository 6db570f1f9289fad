import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { prng } from '../../../src/analysis/prng.ts';
import { rankCauses } from '../../../src/analysis/rank.ts';
import { rankInput, type Situation } from '../petshop/gather.ts';
import { inject } from '../petshop/inject.ts';
import { joined } from '../petshop/normal-tables.ts';
import { readAnswers, readScenarios, type Scenario, type Table } from '../petshop/read-scenarios.ts';
import { simpleOfTable } from '../simple/of-table.ts';
import { type Verdict, verdictOf } from '../simple/verdicts.ts';

type Part = { name: string; edges: number; nodes: number; metrics: number };

const PARTS: readonly Part[] = [
  { name: 'petshop', edges: 0, nodes: 0, metrics: 0 },
  { name: 'petshop without a fifth of the edges', edges: 0.2, nodes: 0, metrics: 0 },
  { name: 'petshop without a fifth of the nodes', edges: 0, nodes: 0.2, metrics: 0 },
  { name: 'petshop without a fifth of the metrics', edges: 0, nodes: 0, metrics: 0.2 },
];
const INJECTED = 40;

/** PetShop's own issues, and faults put at every other node of its normal data, each judged by another scenario's normal period; grouped by scenario and by cause. */
export function petshopVerdicts(data: string): [string, Verdict[]][] {
  const folder = join(data, 'petshop');
  if (!existsSync(folder)) return [];
  const scenarios = readScenarios(folder);
  const answers = readAnswers(folder);
  const all = joined(scenarios.flatMap(({ normal }) => normal ?? []));
  return PARTS.flatMap((part, k): [string, Verdict[]][] => {
    const real = scenarios.flatMap((scenario) =>
      scenario.cases.flatMap(({ split, issue, target, table }, i) => {
        const cause = answers.get(`${scenario.name}/${split}/${issue}`);
        const situation = {
          target,
          table,
          normal: scenario.normal ?? all,
          edges: scenario.edges,
          nodes: scenario.nodes,
        };
        return cause === undefined ? [] : [judged(cause, situation, scenario.name, part, prng(1_000 * k + i))];
      }),
    );
    return [
      [part.name, real],
      [part.name.replace('petshop', 'petshop, injected'), injected(scenarios, part)],
    ];
  });
}

function injected(scenarios: Scenario[], part: Part): Verdict[] {
  const known = scenarios.filter(({ normal, cases }) => normal !== null && cases.length > 0);
  return Array.from({ length: known.length === 0 ? 0 : INJECTED }, (_, k) => k + 1).flatMap((seed) => {
    const random = prng(seed);
    const { normal, edges, nodes, name, cases } = known[seed % known.length]!;
    const metric = random() < 0.5 ? 'latency' : 'availability';
    const made = inject({ normal: normal!, edges, symptomService: cases[0]!.target.node, metric, random });
    if (made === null) return [];
    const reference = known[(seed >> 1) % known.length]!.normal;
    return [judged(made.cause, { ...made, normal: reference, edges, nodes }, name, part, random)];
  });
}

function judged(cause: string, whole: Situation, scenario: string, part: Part, random: () => number): Verdict {
  const table = lessOf(whole.table, part, whole.target.node, random);
  const edges = whole.edges.filter(() => random() >= part.edges);
  const { target, normal } = whole;
  const ranking = rankCauses(rankInput({ ...whole, table, edges }));
  const groups = { scenario, cause, metric: target.metric };
  return verdictOf(cause, ranking, simpleOfTable(target, table, normal, edges), groups);
}

/** Without some nodes, and some metrics of others; the front stays. */
function lessOf(table: Table, { nodes, metrics }: Part, front: string, random: () => number): Table {
  const gone = new Map<string, boolean>();
  const isGone = (key: string, share: number) => {
    const known = gone.get(key) ?? random() < share;
    gone.set(key, known);
    return known;
  };
  return {
    ...table,
    column: (node, metric, statistic) =>
      node !== front && (isGone(node, nodes) || isGone(`${node}\n${metric}`, metrics))
        ? null
        : table.column(node, metric, statistic),
  };
}
