/** Labels of a series, its name among them as `__name__`. Never changed once made. */
export type Labels = Readonly<Record<string, string>>;

/** A series that can be read piece by piece. */
export type Series = {
  labels: Labels;
  /** Calls `fn` for each sample with `fromMs <= time <= toMs` (epoch ms), in order. */
  each(fromMs: number, toMs: number, fn: (time: number, value: number) => void): void;
  /** True when the series was marked as ended after `afterMs` and not after `untilMs`: what came before is stale. */
  stale(afterMs: number, untilMs: number): boolean;
};

export type Matcher = { name: string; kind: '=' | '!=' | '=~' | '!~'; value: string; matches(value: string): boolean };

/** What the query engine reads from. */
export type SeriesSource = {
  /** Series that match all; possibly some without samples in the window. */
  select(matchers: readonly Matcher[], fromMs: number, toMs: number): Series[];
};

/** The text that tells one label set from another: names and values in order of name. */
export function labelKey(labels: Labels): string {
  return Object.keys(labels)
    .sort()
    .map((name) => `${name}\u0001${labels[name]}`)
    .join('\u0002');
}

/** A missing label is the empty text, as everywhere in PromQL. */
export function matchesAll(labels: Labels, matchers: readonly Matcher[]): boolean {
  return matchers.every((m) => m.matches(labels[m.name] ?? ''));
}
