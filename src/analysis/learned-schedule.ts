import type { CronWindow, DemandSettings } from '../domain/types/demand.ts';
import { wallClock } from '../domain/wall-clock.ts';
import { type DayPlan, planDay } from './day-windows.ts';
import { sortedFinite } from './order-statistics.ts';
import { fitSeasonality, profileAt } from './seasonality.ts';
import { between, type Series, type Span, toGrid } from './series.ts';

export type ScheduleOptions = DemandSettings & { now: number; stepMs: number; exclude?: readonly Span[] };

type Week = { rows: number[][]; firstSlot: number };
type Group = { weekdays: number[]; plan: DayPlan };

const MS_PER_DAY = 86_400_000;
const PROFILE_SLOT_MS = 900_000;
const SLOT_MS = 1_800_000;
const SLOTS = MS_PER_DAY / SLOT_MS;
/** Without a whole week its days aren't known. */
const LEAST_HISTORY_MS = 7 * MS_PER_DAY;
const MOST_HISTORY_MS = 42 * MS_PER_DAY;
/** A Sunday, as UTC clocks show it. */
const SUNDAY = 3 * MS_PER_DAY;
/** A window must save this share of the week's replica hours. */
const WORTH = 0.05;
const LEAST_WORTH = 8;
const DAY_NAMES = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * The daily windows in which a service regularly wants more replicas than at its quietest, from its request rate (1/s) up to `now`; as
 * few as explain the shape, none when there is none. Days and hours are those of the timezone's clocks, through their changes.
 * Null when less than a week is known. A week's typical rate (fitSeasonality) is turned into replicas; weekdays are put
 * together as long as common windows explain them as well (agglomerative, by the cost of planDay).
 */
export function learnSchedule(history: Series, options: ScheduleOptions): CronWindow[] | null {
  const week = typicalWeek(history, options);
  if (week === null) return null;
  const base = Math.min(...week.rows.flat());
  const hours = week.rows.flat().reduce((sum, replicas) => sum + replicas, 0);
  const windowCost = Math.max(LEAST_WORTH, WORTH * hours);
  const groups = groupDays(week.rows, base, windowCost);
  return groups.flatMap(({ weekdays, plan }) =>
    plan.windows.map(({ from, to, replicas }) => ({
      timezone: options.timezone,
      start: cronOf(from + week.firstSlot, weekdays),
      end: cronOf(to + week.firstSlot, weekdays),
      desiredReplicas: replicas,
      message: `${daysInWords(weekdays)} ${clockOf(from + week.firstSlot)}–${clockOf(to + week.firstSlot)} at ${replicas} replicas`,
    })),
  );
}

/** The replicas that take a rate, within bounds. */
export function replicasFor(rate: number, { perReplica, minReplicas, maxReplicas }: DemandSettings): number {
  return Math.min(maxReplicas, Math.max(minReplicas, Math.ceil(rate / perReplica)));
}

/** Replicas by weekday (Sunday first) and half hour; each row begins where the week is quietest, so that no window is cut in two at midnight. */
function typicalWeek(history: Series, options: ScheduleOptions): Week | null {
  const { now, stepMs, exclude, timezone } = options;
  const grid = toGrid(between(history, now - MOST_HISTORY_MS, now), stepMs, exclude);
  if (sortedFinite(grid.values).length * stepMs < LEAST_HISTORY_MS) return null;
  const shown = wallClock(timezone);
  const local = {
    times: Float64Array.from(grid.values, (_, i) => shown(grid.from + i * stepMs)),
    values: grid.values,
  };
  const { profile, levels } = fitSeasonality(toGrid(local, stepMs), Math.max(PROFILE_SLOT_MS, stepMs));
  const level = levels.at(-1)?.offset ?? 0;
  const replicasAt = (slot: number) => {
    const from = SUNDAY + slot * SLOT_MS;
    const quarters = [from + PROFILE_SLOT_MS / 2, from + 1.5 * PROFILE_SLOT_MS];
    const rate = quarters.reduce((sum, at) => sum + profileAt(profile, at) / quarters.length, level);
    return replicasFor(rate, options);
  };
  const whole = Array.from({ length: 7 * SLOTS }, (_, slot) => replicasAt(slot));
  const firstSlot = quietest(whole);
  const rows = DAY_NAMES.map((_, weekday) =>
    Array.from({ length: SLOTS }, (_, slot) => whole[(weekday * SLOTS + firstSlot + slot) % whole.length]!),
  );
  return { rows, firstSlot };
}

/** The middle of the longest stretch of the day (around the clock) in which all days together want the fewest. */
function quietest(whole: readonly number[]): number {
  const byHour = Array.from({ length: SLOTS }, (_, slot) =>
    DAY_NAMES.reduce((sum, _, weekday) => sum + whole[weekday * SLOTS + slot]!, 0),
  );
  const least = Math.min(...byHour);
  let best = { from: 0, length: 0 };
  for (let from = 0; from < SLOTS; from++) {
    let length = 0;
    while (length < SLOTS && byHour[(from + length) % SLOTS] === least) length++;
    if (length > best.length) best = { from, length };
  }
  // A day that is the same all day long begins at midnight.
  return best.length === SLOTS ? 0 : (best.from + Math.floor(best.length / 2)) % SLOTS;
}

function groupDays(rows: readonly number[][], base: number, windowCost: number): Group[] {
  const planOf = (weekdays: number[]): Group => ({
    weekdays,
    plan: planDay(
      weekdays.map((weekday) => rows[weekday]!),
      base,
      windowCost,
    ),
  });
  let groups = rows.map((_, weekday) => planOf([weekday]));
  for (;;) {
    let best: { saved: number; apart: number; joined: Group; parts: Group[] } | null = null;
    for (const [i, one] of groups.entries()) {
      for (const other of groups.slice(i + 1)) {
        const joined = planOf([...one.weekdays, ...other.weekdays].sort((a, b) => a - b));
        const saved = one.plan.cost + other.plan.cost - joined.plan.cost;
        const apart = distance(rows, one.weekdays, other.weekdays);
        // A day by itself is seldom worth a window: what saves nothing yet is put together by likeness.
        const isBetter = best === null || saved > best.saved || (saved === best.saved && apart < best.apart);
        if (saved >= 0 && isBetter) best = { saved, apart, joined, parts: [one, other] };
      }
    }
    if (best === null) return groups.filter(({ plan }) => plan.windows.length > 0);
    const { joined, parts } = best;
    groups = [...groups.filter((group) => !parts.includes(group)), joined];
  }
}

/** The mean difference between days of the one group and days of the other, summed over the slots. */
function distance(rows: readonly number[][], one: readonly number[], other: readonly number[]): number {
  const mean = (weekdays: readonly number[], slot: number) =>
    weekdays.reduce((sum, weekday) => sum + rows[weekday]![slot]!, 0) / weekdays.length;
  return rows[0]!.reduce((sum, _, slot) => sum + Math.abs(mean(one, slot) - mean(other, slot)), 0);
}

/** `slot` counts half hours from midnight of the weekdays' own day, and may be of the day after. */
function cronOf(slot: number, weekdays: readonly number[]): string {
  const days = weekdays.map((weekday) => (weekday + Math.floor(slot / SLOTS)) % 7).sort((a, b) => a - b);
  const minutes = ((slot % SLOTS) * SLOT_MS) / 60_000;
  return `${minutes % 60} ${Math.floor(minutes / 60)} * * ${days.length === 7 ? '*' : runs(days).map(cronRun).join(',')}`;
}

function cronRun([from, to]: [number, number]): string {
  return from === to ? `${from}` : `${from}-${to}`;
}

/** Runs of neighbours, ascending. */
function runs(days: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const day of days) {
    const last = found.at(-1);
    if (last && last[1] === day - 1) last[1] = day;
    else found.push([day, day]);
  }
  return found;
}

/** Weeks begin on Monday here. */
function daysInWords(weekdays: readonly number[]): string {
  if (weekdays.length === 7) return 'every day';
  const named = (day: number) => DAY_NAMES[day % 7];
  const fromMonday = weekdays.map((day) => (day === 0 ? 7 : day)).sort((a, b) => a - b);
  return runs(fromMonday)
    .map(([from, to]) => (from === to ? named(from) : `${named(from)}–${named(to)}`))
    .join(', ');
}

function clockOf(slot: number): string {
  const minutes = ((slot % SLOTS) * SLOT_MS) / 60_000;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
