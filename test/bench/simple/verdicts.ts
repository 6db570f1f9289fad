import type { Simple } from './methods.ts';

/** One case, judged: the places of the cause in our ranking and the simple ones (-1 absent), how sure we were, and what it is one of. */
export type Verdict = {
  place: number;
  named: boolean;
  p: number;
  simple: Record<keyof Simple, number>;
  groups: Record<string, string>;
};

type Share = { r1: number; r3: number };

export function verdictOf(
  cause: string,
  { causes, named }: { causes: readonly { entity: string; probability: number }[]; named: boolean },
  simple: Simple,
  groups: Record<string, string> = {},
): Verdict {
  return {
    place: causes.findIndex(({ entity }) => entity === cause),
    named,
    p: causes[0]?.probability ?? 0,
    simple: {
      deviation: simple.deviation.indexOf(cause),
      traversal: simple.traversal.indexOf(cause),
      insideOutside: simple.insideOutside.indexOf(cause),
    },
    groups,
  };
}

/** Shares of the cases whose cause is first, and among the first three. */
export function recallOf(places: readonly number[]): Share {
  const within = (k: number) => mean(places.map((place) => (place >= 0 && place < k ? 1 : 0)));
  return { r1: round(within(1)), r3: round(within(3)) };
}

/** The simple methods' shares, in the same run. */
export function simplest(verdicts: readonly Verdict[]): Record<keyof Simple, Share> {
  const of = (method: keyof Simple) => recallOf(verdicts.map(({ simple }) => simple[method]));
  return { deviation: of('deviation'), traversal: of('traversal'), insideOutside: of('insideOutside') };
}

/** How often a cause was named, how often rightly, and for each range of probabilities of the first one how often it was right: [from, cases, right]. */
export function reliability(verdicts: readonly Verdict[]) {
  const named = verdicts.filter((one) => one.named);
  const table = RANGES.map((from, k): [number, number, number | null] => {
    const to = RANGES[k + 1] ?? 1.01;
    const within = verdicts.filter(({ p }) => p >= from && p < to);
    return [from, within.length, within.length === 0 ? null : right(within)];
  });
  return {
    named: round(named.length / Math.max(1, verdicts.length)),
    named_right: named.length === 0 ? null : right(named),
    table,
  };
}

const RANGES = [0, 0.4, 0.6, 0.8, 0.95] as const;
const right = (verdicts: readonly Verdict[]) => recallOf(verdicts.map(({ place }) => place)).r1;

/** The mean over the worst quarter of all groups that hold at least `FEWEST` cases: leaving each out in turn, what would be lost. */
export function worstQuarter(verdicts: readonly Verdict[], of: (group: readonly Verdict[]) => number): number {
  const groups = new Map<string, Verdict[]>();
  for (const one of verdicts)
    for (const [what, which] of Object.entries(one.groups)) {
      const key = `${what} ${which}`;
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
  const figures = [...groups.values()].filter((group) => group.length >= FEWEST).map(of);
  if (figures.length === 0) return round(of(verdicts));
  figures.sort((a, b) => a - b);
  return round(mean(figures.slice(0, Math.ceil(figures.length / 4))));
}

const FEWEST = 4;

export const firstShare = (verdicts: readonly Verdict[]): number => right(verdicts);

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export const round = (value: number): number => Number(value.toFixed(3));
