import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type Ranking, rankCauses } from '../../src/analysis/rank.ts';
import { type Modality, rankInput, type Situation } from './nezha/gather.ts';
import { type Case, readAnswers, readCaseList, readMetrics, readMinute, readReference } from './nezha/read-cases.ts';
import type { Simple } from './simple/methods.ts';
import { simpleOfEvidence } from './simple/of-evidence.ts';
import { reliability, simplest, verdictOf } from './simple/verdicts.ts';

type Answers = ReturnType<typeof readAnswers>;
type Line = { case: string; ranking: string[]; p: number[]; named: boolean };

const MODALITIES: readonly Modality[] = ['metric', 'log', 'trace'];

export const about = 'causes in traces, logs and metrics of a train ticket shop (--data, --out)';

/**
 * Ranks the guilty service of each of Nezha's TrainTicket cases, with metrics, logs and traces together and with each
 * alone. `ms_per_case` includes reading. `out` gets a JSON line a case.
 */
export async function run(args: { data?: string; out?: string }): Promise<Record<string, unknown>> {
  const { data } = args;
  if (data === undefined) throw new Error('nezha needs --data: a folder with cases.jsonl and its days');
  const answers = readAnswers(data);
  const lines: Line[] = [];
  const simples: Simple[] = [];
  const alone = new Map<Modality, Line[]>(MODALITIES.map((modality) => [modality, []]));
  let ms = 0;
  for (const one of readCaseList(data)) {
    const before = performance.now();
    const situation = readSituation(data, one);
    const input = rankInput({ ...situation, use: new Set(MODALITIES) });
    lines.push(lineOf(one, rankCauses(input)));
    ms += performance.now() - before;
    simples.push(simpleOfEvidence(input));
    for (const [modality, known] of alone) known.push(solve(situation, [modality]));
  }
  if (args.out !== undefined) writeFileSync(args.out, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const modalities = [...alone].map(([modality, known]) => [modality, accuracy(known, answers)]);
  return {
    cases: lines.length,
    ms_per_case: ms / Math.max(1, lines.length),
    ...accuracy(lines, answers),
    ...besideSimple(lines, simples, answers),
    by_modality: Object.fromEntries(modalities),
    by_fault: byFault(lines, answers),
  };
}

export function readSituation(data: string, one: Case): Omit<Situation, 'use'> {
  const day = join(data, one.day);
  return {
    one,
    reference: readReference(day),
    otherDays: otherDays(data, one.day).flatMap((other) => readReference(join(data, other))),
    before: readMinute(day, one.before),
    incident: one.incident.map((file) => readMinute(day, file)),
    metrics: readMetrics(day),
  };
}

function otherDays(data: string, day: string): string[] {
  return readdirSync(data)
    .filter((name) => name !== day && existsSync(join(data, name, 'reference_trace')))
    .sort();
}

function solve(situation: Omit<Situation, 'use'>, use: readonly Modality[]): Line {
  return lineOf(situation.one, rankCauses(rankInput({ ...situation, use: new Set(use) })));
}

function lineOf(one: Case, { causes, named }: Ranking): Line {
  return {
    case: one.case,
    ranking: causes.map(({ entity }) => entity),
    p: causes.map((cause) => cause.probability),
    named,
  };
}

/** The simple methods' figures, and how far our probabilities can be relied on. */
function besideSimple(lines: readonly Line[], simples: readonly Simple[], answers: Answers): Record<string, unknown> {
  const verdicts = lines.flatMap((line, k) => {
    const answer = answers.get(line.case);
    const causes = line.ranking.map((entity, i) => ({ entity, probability: line.p[i]! }));
    return answer === undefined ? [] : [verdictOf(answer.service, { causes, named: line.named }, simples[k]!)];
  });
  return verdicts.length === 0 ? {} : { simple: simplest(verdicts), reliability: reliability(verdicts) };
}

function accuracy(lines: readonly Line[], answers: Answers): Record<string, number> {
  const places = lines.flatMap((line) => {
    const answer = answers.get(line.case);
    return answer === undefined ? [] : [line.ranking.indexOf(answer.service)];
  });
  if (places.length === 0) return {};
  const within = (k: number) => places.filter((place) => place >= 0 && place < k).length / places.length;
  return { as1: within(1), as3: within(3) };
}

function byFault(lines: readonly Line[], answers: Answers): Record<string, Record<string, number>> {
  const faults = new Set([...answers.values()].map((answer) => answer.fault));
  const entries = [...faults].sort().map((fault) => {
    const own = lines.filter((line) => answers.get(line.case)?.fault === fault);
    return [fault, { cases: own.length, ...accuracy(own, answers) }];
  });
  return Object.fromEntries(entries);
}
