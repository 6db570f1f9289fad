import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Edge } from '../../../src/analysis/rank.ts';

/** One metrics.csv: rows 5 minutes apart; `column(node, metric, statistic)` has NaN for gaps, null when there is no such column. */
export type Table = {
  stepMs: number;
  times: number[];
  nodes: string[];
  column(node: string, metric: string, statistic: string): Float64Array | null;
};

export type Target = { node: string; metric: string; agg: string; at: number };
export type Case = { scenario: string; split: string; issue: string; target: Target; table: Table };
export type Scenario = { name: string; edges: Edge[]; nodes: string[]; normal: Table | null; cases: Case[] };

/** Reads every folder that has a graph.csv; issues of all splits, sorted by name. */
export function readScenarios(data: string): Scenario[] {
  return readdirSync(data, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(data, entry.name, 'graph.csv')))
    .map((entry) => readScenario(data, entry.name))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Root cause by "scenario/split/issue". Empty when the answers aren't there. */
export function readAnswers(data: string): Map<string, string> {
  const path = join(data, 'answers.jsonl');
  if (!existsSync(path)) return new Map();
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return new Map(
    lines.map((line): [string, string] => {
      const answer = JSON.parse(line) as { scenario: string; split: string; issue: string; root_cause: string };
      return [`${answer.scenario}/${answer.split}/${answer.issue}`, answer.root_cause];
    }),
  );
}

function readScenario(data: string, name: string): Scenario {
  const folder = join(data, name);
  const { edges, nodes } = readGraph(readFileSync(join(folder, 'graph.csv'), 'utf8'));
  const normalPath = join(folder, 'noissue', 'metrics.csv');
  const splits = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    name,
    edges,
    nodes,
    normal: existsSync(normalPath) ? readTable(readFileSync(normalPath, 'utf8')) : null,
    cases: splits.flatMap((split) => readSplit(folder, name, split)),
  };
}

function readSplit(folder: string, scenario: string, split: string): Case[] {
  const issues = readdirSync(join(folder, split), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  return issues
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .flatMap((issue) => {
      const metrics = join(folder, split, issue, 'metrics.csv');
      const target = join(folder, split, issue, 'target.json');
      if (!existsSync(metrics) || !existsSync(target)) return [];
      return [
        {
          scenario,
          split,
          issue,
          target: readTarget(readFileSync(target, 'utf8')),
          table: readTable(readFileSync(metrics, 'utf8')),
        },
      ];
    });
}

/** Only what an on-call engineer would be told: who hurts, in which metric, since when. The answer beside it isn't read. */
function readTarget(text: string): Target {
  const { target } = JSON.parse(text) as { target: { node: string; metric: string; agg: string; timestamp: number } };
  return { node: target.node, metric: target.metric, agg: target.agg, at: target.timestamp * 1000 };
}

/** A row calls the columns that aren't 0. */
export function readGraph(text: string): { edges: Edge[]; nodes: string[] } {
  const [head, ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  const nodes = (head ?? []).slice(1);
  const edges = rows.flatMap(([from, ...cells]) =>
    cells.flatMap((cell, i) => (Number(cell) > 0 ? [{ from: from!, to: nodes[i]!, weight: 1 }] : [])),
  );
  return { edges, nodes };
}

/** Three header rows (microservice, metric, statistic), then rows that begin with epoch seconds. */
export function readTable(text: string): Table {
  const lines = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  const [nodes = [], metrics = [], statistics = []] = lines;
  const rows = lines.slice(3).filter((row) => row[0] !== '' && Number.isFinite(Number(row[0])));
  const places = new Map(nodes.map((node, i) => [`${node}\n${metrics[i]}\n${statistics[i]}`, i]));
  const times = rows.map((row) => Number(row[0]) * 1000);
  return {
    stepMs: times.length > 1 ? times[1]! - times[0]! : 300_000,
    times,
    nodes: [...new Set(nodes.slice(1))],
    column: remembered((node, metric, statistic) => {
      const place = places.get(`${node}\n${metric}\n${statistic}`);
      if (place === undefined) return null;
      return Float64Array.from(rows, (row) => {
        const cell = row[place];
        return cell === undefined || cell === '' ? Number.NaN : Number(cell);
      });
    }),
  };
}

/** Parses each column once; nobody writes to what it returns. */
export function remembered(column: Table['column']): Table['column'] {
  const known = new Map<string, Float64Array | null>();
  return (node, metric, statistic) => {
    const key = `${node}\n${metric}\n${statistic}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = column(node, metric, statistic);
    known.set(key, made);
    return made;
  };
}
