import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { streamScorer } from '../../../src/analysis/streaming-score.ts';
import { readCorpus, standardProfile } from '../nab/corpus.ts';
import { normalised, scoreFile } from '../nab/score.ts';
import { movingZ } from '../simple/moving-z.ts';
import { mean, round } from '../simple/verdicts.ts';
import { type EventSeries, madeUpSeries } from './series.ts';

const ALARM = 0.5;
const WEEK_MS = 7 * 86_400_000;
const MINUTE_MS = 60_000;
/** An alarm so soon after an event still tells of it. */
const LATE_MS = 10 * MINUTE_MS;

type Scored = { series: EventSeries; scores: ArrayLike<number> };
type Found = { recall: number; false_per_week: number };

/** Labelled events of made-up series at a minute and at five, by kind of series; and NAB, category by category. `simple`: a moving z-score whose line is set afterwards, to no more false alarms than ours. */
export function seriesFigures(data: string | undefined): Record<string, unknown> {
  return {
    'events at 1 minute': eventFigures(madeUpSeries(12, MINUTE_MS, 8, 500)),
    'events at 5 minutes': eventFigures(madeUpSeries(12, 5 * MINUTE_MS, 21, 600)),
    ...(data !== undefined && existsSync(join(data, 'nab')) ? { nab: nabFigures(join(data, 'nab')) } : {}),
  };
}

function eventFigures(all: EventSeries[]) {
  const scored = all.map((series): Scored => {
    const score = streamScorer();
    return { series, scores: series.values.map((value, i) => score(series.times[i]!, value)) };
  });
  const ours = found(scored, ALARM);
  const kinds = [...new Set(all.map(({ kind }) => kind))].map(
    (kind) =>
      found(
        scored.filter(({ series }) => series.kind === kind),
        ALARM,
      ).recall,
  );
  kinds.sort((a, b) => a - b);
  const simple = simpleAt(all, Math.max(1, ours.false_per_week));
  return {
    events: all.reduce((sum, { events }) => sum + events.length, 0),
    mean: ours.recall,
    false_per_week: ours.false_per_week,
    worst_quarter: round(mean(kinds.slice(0, Math.ceil(kinds.length / 4)))),
    simple: simple.recall,
    simple_false_per_week: simple.false_per_week,
  };
}

/** The moving z-score at the lowest line that gives no more false alarms than allowed: better than anybody could set it beforehand. */
function simpleAt(all: EventSeries[], allowed: number): Found {
  const scored = all.map((series): Scored => ({ series, scores: movingZ(series.values) }));
  let best: Found = { recall: 0, false_per_week: 0 };
  for (let line = 3; line < 60; line *= 1.1) {
    const one = found(scored, line);
    if (one.false_per_week <= allowed && one.recall > best.recall) best = one;
  }
  return best;
}

function found(scored: Scored[], line: number): Found {
  let events = 0;
  let seen = 0;
  let falseAlarms = 0;
  let weeks = 0;
  for (const { series, scores } of scored) {
    const late = Math.max(1, Math.round(LATE_MS / series.stepMs));
    const told = new Set<number>();
    let wasAlarm = false;
    for (let i = 0; i < scores.length; i += 1) {
      const isAlarm = scores[i]! >= line;
      const at = isAlarm ? series.events.findIndex(({ first, last }) => i >= first && i <= last + late) : -1;
      if (at >= 0) told.add(at);
      else if (isAlarm && !wasAlarm) falseAlarms += 1;
      wasAlarm = isAlarm;
    }
    events += series.events.length;
    seen += told.size;
    weeks += (series.values.length * series.stepMs) / WEEK_MS;
  }
  return { recall: round(seen / Math.max(1, events)), false_per_week: round(falseAlarms / Math.max(1e-9, weeks)) };
}

/** Each category left to itself, at the scorer's own alarm line. */
function nabFigures(folder: string) {
  const profile = standardProfile(folder);
  const results = readCorpus(folder).map((file) => {
    const score = streamScorer();
    const scores = file.values.map((value, i) => score(file.times[i]!, value));
    const category = file.name.split('/')[0]!;
    return { category, ...scoreFile({ ...file, scores }, ALARM, profile) };
  });
  const categories = [...new Set(results.map(({ category }) => category))];
  const by = categories.flatMap((category): [string, number][] => {
    const own = results.filter((one) => one.category === category);
    return own.some(({ windows }) => windows > 0) ? [[category, round(normalised(own, profile))]] : [];
  });
  const figures = by.map(([, figure]) => figure).sort((a, b) => a - b);
  return {
    mean: round(normalised(results, profile)),
    worst_quarter: round(mean(figures.slice(0, Math.ceil(figures.length / 4)))),
    by_category: Object.fromEntries(by),
    false_runs_per_file: round(mean(results.map(({ falseRuns }) => falseRuns))),
  };
}
