import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { prng } from '../../src/analysis/prng.ts';
import { type Ranking, rankCauses } from '../../src/analysis/rank.ts';
import { rankInput } from './petshop/gather.ts';
import { inject } from './petshop/inject.ts';
import { joined, rowsOf } from './petshop/normal-tables.ts';
import { type Case, readAnswers, readScenarios, type Scenario, type Table } from './petshop/read-scenarios.ts';
import type { Simple } from './simple/methods.ts';
import { simpleOfTable } from './simple/of-table.ts';
import { reliability, simplest, verdictOf } from './simple/verdicts.ts';

type Line = { scenario: string; split: string; issue: string; ranking: string[]; p: number[]; named: boolean };
type Solved = { line: Line; ms: number; simple: Simple };

const EDGE_SEEDS = 10;
const MISSING = 0.2;
const WINDOW_ROWS = 8;
const INJECTED = 300;

export const about = 'causes in Amazon’s pet shop (--data, --out)';

/**
 * Ranks root causes on PetShop's cases, on windows of its normal data as if they were incidents (split `noissue`), and
 * on faults put into the normal data. `out` gets a JSON line a case.
 */
export async function run(args: { data?: string; out?: string }): Promise<Record<string, unknown>> {
  if (args.data === undefined) throw new Error('petshop needs --data: a folder of scenario folders');
  const scenarios = readScenarios(args.data);
  const answers = readAnswers(args.data);
  const normals = scenarios.flatMap((scenario) => scenario.normal ?? []);
  const all = joined(normals);
  const cases = scenarios.flatMap((scenario) =>
    scenario.cases.map((one) => ({ scenario, one, normal: scenario.normal ?? all })),
  );
  const solved = cases.map(({ scenario, one, normal }) => solve(one, normal, scenario));
  const windows = scenarios.flatMap(windowsOf).map(({ scenario, one, normal }) => solve(one, normal, scenario));
  if (args.out !== undefined) {
    writeFileSync(args.out, [...solved, ...windows].map(({ line }) => `${JSON.stringify(line)}\n`).join(''));
  }
  const real = solved.filter(({ line }) => line.split !== 'noissue');
  const quiet = [...windows, ...solved.filter(({ line }) => line.split === 'noissue')];
  return {
    cases: real.length,
    ms_per_case: mean(real.map(({ ms }) => ms)),
    ...recall(
      real.map(({ line }) => line),
      answers,
      '',
    ),
    ...besideSimple(real, answers),
    ...missingEdges(cases, answers),
    noissue_cases: quiet.length,
    noissue_named: mean(quiet.map(({ line }) => (line.named ? 1 : 0))),
    ...injected(scenarios, 0, 'injected_'),
    ...injected(scenarios, MISSING, 'injected_missing_'),
  };
}

function solve(one: Case, normal: Table | null, scenario: Scenario, edges = scenario.edges): Solved {
  const before = performance.now();
  const ranking = rankCauses(rankInput({ target: one.target, table: one.table, normal, edges, nodes: scenario.nodes }));
  const ms = performance.now() - before;
  return { line: lineOf(one, ranking), ms, simple: simpleOfTable(one.target, one.table, normal, edges) };
}

function lineOf(one: Case, { causes, named }: Ranking): Line {
  const { scenario, split, issue } = one;
  return {
    scenario,
    split,
    issue,
    ranking: causes.map((cause) => cause.entity),
    p: causes.map((cause) => cause.probability),
    named,
  };
}

/** Windows of 40 minutes of the normal data, each held out of the normal period that it is judged by. */
function windowsOf(scenario: Scenario): { scenario: Scenario; one: Case; normal: Table | null }[] {
  const { normal, cases, name } = scenario;
  const symptomService = scenario.cases[0]?.target.node;
  if (normal === null || symptomService === undefined || cases.some((one) => one.split === 'noissue')) return [];
  const found = [];
  for (let row = 0; row + WINDOW_ROWS <= normal.times.length; row += WINDOW_ROWS) {
    const table = rowsOf(normal, row, row + WINDOW_ROWS);
    const metric = (row / WINDOW_ROWS) % 2 === 0 ? 'latency' : 'availability';
    const target = { node: symptomService, metric, agg: 'Average', at: table.times[1]! + table.stepMs / 2 };
    const rest = joined([rowsOf(normal, 0, row), rowsOf(normal, row + WINDOW_ROWS, normal.times.length)]);
    found.push({
      scenario,
      one: { scenario: name, split: 'noissue', issue: `window_${row / WINDOW_ROWS}`, target, table },
      normal: rest,
    });
  }
  return found;
}

/** The simple methods' figures, and how far our probabilities can be relied on. */
function besideSimple(solved: Solved[], answers: Map<string, string>): Record<string, unknown> {
  const verdicts = solved.flatMap(({ line, simple }) => {
    const cause = answers.get(`${line.scenario}/${line.split}/${line.issue}`);
    const causes = line.ranking.map((entity, i) => ({ entity, probability: line.p[i]! }));
    return cause === undefined ? [] : [verdictOf(cause, { causes, named: line.named }, simple)];
  });
  return verdicts.length === 0 ? {} : { simple: simplest(verdicts), reliability: reliability(verdicts) };
}

function missingEdges(
  cases: { scenario: Scenario; one: Case; normal: Table | null }[],
  answers: Map<string, string>,
): Record<string, number> {
  const lines: Line[] = [];
  for (let seed = 1; seed <= EDGE_SEEDS; seed += 1) {
    const random = prng(seed);
    for (const { scenario, one, normal } of cases) {
      const edges = scenario.edges.filter(() => random() >= MISSING);
      lines.push(solve(one, normal, scenario, edges).line);
    }
  }
  return recall(lines, answers, 'missing_');
}

/** Faults at known places, half of them judged by another scenario's normal period, which has drifted from this one's. */
function injected(scenarios: Scenario[], missing: number, prefix: string): Record<string, number> {
  const withNormal = scenarios.filter((scenario) => scenario.normal !== null && scenario.cases.length > 0);
  const lines: Line[] = [];
  const answers = new Map<string, string>();
  for (let seed = 1; seed <= INJECTED && withNormal.length > 0; seed += 1) {
    const random = prng(seed);
    const scenario = withNormal[seed % withNormal.length]!;
    const reference = withNormal[(seed >> 1) % withNormal.length]!;
    const metric = random() < 0.5 ? 'latency' : 'availability';
    const made = inject({
      normal: scenario.normal!,
      edges: scenario.edges,
      symptomService: scenario.cases[0]!.target.node,
      metric,
      random,
    });
    if (made === null) continue;
    const edges = scenario.edges.filter(() => random() >= missing);
    const one: Case = {
      scenario: scenario.name,
      split: 'injected',
      issue: String(seed),
      target: made.target,
      table: made.table,
    };
    answers.set(join(one.scenario, one.split, one.issue), made.cause);
    lines.push(solve(one, reference.normal, scenario, edges).line);
  }
  return recall(lines, answers, prefix);
}

function recall(lines: Line[], answers: Map<string, string>, prefix: string): Record<string, number> {
  const places = lines.flatMap((line) => {
    const cause = answers.get(`${line.scenario}/${line.split}/${line.issue}`);
    return cause === undefined ? [] : [line.ranking.indexOf(cause)];
  });
  if (places.length === 0) return {};
  const within = (k: number) => mean(places.map((place) => (place >= 0 && place < k ? 1 : 0)));
  return { [`${prefix}r1`]: within(1), [`${prefix}r3`]: within(3) };
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
