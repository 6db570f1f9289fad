import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { prng } from '../../../src/analysis/prng.ts';
import { rankCauses } from '../../../src/analysis/rank.ts';
import { rankInput, type Situation } from '../nezha/gather.ts';
import { type Minute, readAnswers, readCaseList } from '../nezha/read-cases.ts';
import { readSituation } from '../nezha.ts';
import { simpleOfEvidence } from '../simple/of-evidence.ts';
import { type Verdict, verdictOf } from '../simple/verdicts.ts';

const HALF = 0.5;
const ALL: Situation['use'] = new Set(['metric', 'log', 'trace']);

/** Nezha's cases as they are, with half of the traces, and without the other day's normal minutes; grouped by day, fault and service. */
export function nezhaVerdicts(data: string): [string, Verdict[]][] {
  const folder = join(data, 'nezha');
  if (!existsSync(folder)) return [];
  const answers = readAnswers(folder);
  const sets = new Map<string, Verdict[]>(
    ['nezha', 'nezha with half of the traces', 'nezha, one day alone'].map((name) => [name, []]),
  );
  for (const one of readCaseList(folder)) {
    const answer = answers.get(one.case);
    if (answer === undefined) continue;
    const whole = { ...readSituation(folder, one), use: ALL };
    const variants = [whole, halved(whole), { ...whole, otherDays: [] }];
    for (const [k, verdicts] of [...sets.values()].entries()) {
      const input = rankInput(variants[k]!);
      const groups = { day: one.day, fault: answer.fault, service: answer.service };
      verdicts.push(verdictOf(answer.service, rankCauses(input), simpleOfEvidence(input), groups));
    }
  }
  return [...sets];
}

function halved(whole: Situation): Situation {
  const random = prng(1);
  const half = (minute: Minute): Minute => {
    const kept = new Map<string, boolean>();
    const isKept = (trace: string) => {
      const known = kept.get(trace) ?? random() < HALF;
      kept.set(trace, known);
      return known;
    };
    return { ...minute, spans: minute.spans.filter(({ trace }) => isKept(trace)) };
  };
  return {
    ...whole,
    reference: whole.reference.map(half),
    otherDays: whole.otherDays.map(half),
    before: half(whole.before),
    incident: whole.incident.map(half),
  };
}
