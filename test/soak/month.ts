import type { Truth } from '../../sandbox/shop/faults/kind.ts';
import { mttrSpan } from '../../src/domain/mttr.ts';
import type { Models } from '../../src/learning/baselines.ts';
import { EVENING, MINUTE, type VirtualSandbox, virtualSandbox } from '../sandbox/virtual-sandbox.ts';
import { SAMPLE } from './outcomes/sample.ts';
import { createScanWorld, metricsOn } from './scan/scan-world.ts';
import { startVirtualApp, type VirtualApp } from './virtual-app/virtual-app.ts';

/** So long after the alert somebody has the right fix in place, without Nightshift, or where Nightshift couldn't heal. */
const FIXED_AFTER_MIN = [10, 20, 40] as const;
/** A person who is asked says yes after so long. */
const ANSWER_MS = 2 * MINUTE;
const WARM_UP_MS = 9 * MINUTE;
/** An alert that doesn't come by then doesn't come. */
const ALERT_WITHIN_MS = 25 * MINUTE;
const LONGEST_MS = 45 * MINUTE;
const TURN_MS = 15_000;
/** As long as this nothing may fire before it counts as over. */
const QUIET_MS = MINUTE;

type Row = { kind: string; service: string; withMin: number | null; withoutMin: (number | null)[]; how: string };

export const about = 'a month of faults with and without Nightshift';

/**
 * The same month of faults with and without Nightshift. A trouble lasts from its first alert (or from when Nightshift saw it, if that is earlier) until nothing fires any more, by the same rules for both. Without: the right fix,
 * which takes the fault away at once, so long after the alert. With: whatever Nightshift does, a yes after two minutes where it asks; where it takes longer than the people, theirs counts.
 */
export async function run(): Promise<Record<string, unknown>> {
  const wanted = process.env.NIGHTSHIFT_SOAK_KINDS?.split(',');
  const models = await learned();
  const rows: Row[] = [];
  for (const [kind, service] of SAMPLE.filter(([one]) => !wanted || wanted.includes(one))) {
    const withoutMin = FIXED_AFTER_MIN.map((minutes) => withoutNightshift(kind, service, minutes));
    const row = { kind, service, withoutMin, ...(await withNightshift(kind, service, models)) };
    rows.push(row);
    console.log(
      `${kind.padEnd(20)} ${service.padEnd(16)} with ${words(row.withMin)} without ${row.withoutMin.map(words).join(' ')}  ${row.how}`,
    );
  }
  return figuresOf(rows);
}

const words = (minutes: number | null): string => (minutes === null ? '-' : minutes.toFixed(1)).padStart(5);

async function learned(): Promise<Models> {
  const sandbox = virtualSandbox(EVENING);
  const world = await createScanWorld(metricsOn(sandbox.store), sandbox.now);
  await world.train(sandbox.now());
  return world.models;
}

/** Minutes from the alert to its end; null: nothing is alerted. */
function withoutNightshift(kind: string, service: string, fixedAfterMin: number): number | null {
  const sandbox = virtualSandbox(EVENING);
  sandbox.advance(WARM_UP_MS);
  const id = sandbox.fault(kind, service);
  const watch = alertWatch(sandbox);
  for (const began = sandbox.now(); sandbox.now() - began < ALERT_WITHIN_MS && watch.first() === null; )
    step(sandbox, watch);
  const first = watch.first();
  if (first === null) return null;
  const limit = first + (fixedAfterMin + 30) * MINUTE;
  while (sandbox.now() < limit && !(watch.isQuiet() && sandbox.now() - first > QUIET_MS)) {
    if (sandbox.now() >= first + fixedAfterMin * MINUTE) sandbox.shop.faults.remove(id);
    step(sandbox, watch);
  }
  return (watch.last() - first) / MINUTE;
}

function step(sandbox: VirtualSandbox, watch: Watch): void {
  sandbox.advance(TURN_MS);
  watch.look();
}

type Watch = { look(): void; first(): number | null; last(): number; isQuiet(): boolean };

/** Since when and until when anything fires that didn't before. */
function alertWatch(sandbox: VirtualSandbox): Watch {
  const before = new Set(sandbox.firing());
  let first: number | null = null;
  let last = sandbox.now();
  const look = () => {
    if (!sandbox.firing().some((alert) => !before.has(alert))) return;
    first ??= sandbox.now();
    last = sandbox.now();
  };
  return {
    look,
    first: () => first,
    last: () => last,
    isQuiet: () => first !== null && sandbox.now() - last >= QUIET_MS,
  };
}

async function withNightshift(
  kind: string,
  service: string,
  models: Models,
): Promise<{ withMin: number | null; how: string }> {
  const sandbox = virtualSandbox(EVENING);
  const app = await startVirtualApp({ sandbox, models, without: [] });
  try {
    await app.advance(WARM_UP_MS);
    const known = new Set(app.incidents().map((one) => one.id));
    const id = sandbox.fault(kind, service);
    const truth = sandbox.shop.faults.list().find((one) => one.id === id)?.truth;
    const watch = alertWatch(sandbox);
    const news = () => app.incidents().filter((one) => !known.has(one.id));
    const began = sandbox.now();
    while (sandbox.now() - began < LONGEST_MS) {
      await app.advance(TURN_MS);
      watch.look();
      await answer(app, news());
      const ended = news().length > 0 && news().every(({ state }) => state.name === 'closed');
      if (ended && (watch.first() === null || watch.isQuiet())) break;
      if (watch.first() === null && news().length === 0 && sandbox.now() - began > ALERT_WITHIN_MS) break;
    }
    return measured(news(), watch, truth);
  } finally {
    await app.stop();
  }
}

async function answer(app: VirtualApp, incidents: ReturnType<VirtualApp['incidents']>): Promise<void> {
  for (const one of incidents)
    if (one.state.name === 'awaiting_approval' && app.sandbox.now() - (one.state.since ?? 0) >= ANSWER_MS)
      await app.approve(one);
}

function measured(incidents: ReturnType<VirtualApp['incidents']>, watch: Watch, truth: Truth | undefined) {
  const steps = incidents.flatMap(({ executions }) => executions.map((run) => run.recommendation.step.action));
  const ends = incidents.map(({ state }) => (state.name === 'closed' ? state.outcome : state.name));
  const how = `${ends.join(', ') || 'nothing was seen'}; ${steps.join(', ') || 'no step'}; right: ${truth?.remedies.join('/') ?? '?'}`;
  const isOver = ends.length > 0 && incidents.every(({ state }) => state.name === 'closed');
  if (!isOver) return { withMin: null, how };
  const spans = incidents.flatMap((one) => mttrSpan(one) ?? []);
  const began = Math.min(...spans.map((span) => span.began), watch.first() ?? Number.POSITIVE_INFINITY);
  const over = watch.first() === null ? Math.max(...spans.map((span) => span.over)) : watch.last();
  return { withMin: Math.max(0, over - began) / MINUTE, how };
}

/** Only what was alerted without Nightshift can be compared. */
function figuresOf(rows: Row[]): Record<string, unknown> {
  const alerted = rows.filter(({ withoutMin }) => withoutMin.every((minutes) => minutes !== null));
  const mean = (values: number[]) => Math.round((values.reduce((sum, one) => sum + one, 0) / values.length) * 10) / 10;
  const middle = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
  const figures = FIXED_AFTER_MIN.map((minutes, index) => {
    const without = alerted.map((row) => row.withoutMin[index] ?? 0);
    // Whoever is fixed by people first is fixed by people.
    const together = alerted.map((row, n) => Math.min(row.withMin ?? Number.POSITIVE_INFINITY, without[n] ?? 0));
    const [is, was] = [mean(together), mean(without)];
    console.log(`| ${minutes} min | ${was} min | ${is} min | ${Math.round((1 - is / was) * 100)} % |`);
    return [
      `after_${minutes}`,
      { without: was, with: is, lower: 1 - is / was, median_lower: 1 - middle(together) / middle(without) },
    ];
  });
  const alone = alerted.filter(({ withMin }) => withMin !== null).length;
  return { faults: rows.length, alerted: alerted.length, ended_with_nightshift: alone, ...Object.fromEntries(figures) };
}
