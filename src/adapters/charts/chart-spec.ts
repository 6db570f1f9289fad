/** A metric as a picture. Instants are epoch ms; gaps are points whose value isn't finite. */
export type MetricChart = {
  title: string;
  /** `s`, `ratio`, `bytes`, `1/s`, `yes/no` (1 or 0), `` or a word of its own. */
  unit: string;
  /** Things that are counted: nothing lies between two of them. */
  whole?: true;
  /** What the series is called beside others; "measured" where absent. */
  name?: string;
  series: { at: number; value: number }[];
  /** Drawn beside it: another line, what it is held against, or what happened at once (bars). */
  beside?: ChartBeside[];
  /** What is normal at each instant; null when there is no baseline. */
  band: { at: number; low: number; high: number }[] | null;
  /** What is foretold after the series; the band is then its interval. */
  ahead?: { at: number; value: number }[];
  marks: ChartMark[];
  darkMode: boolean;
};

export type ChartBeside = { name: string; as: 'line' | 'bound' | 'bars'; points: { at: number; value: number }[] };

type ChartMark =
  /** Something that happened: a rollout, an approval. */
  | { kind: 'moment'; at: number; label: string }
  /** Time that isn't normal; `to` null: still going on. */
  | { kind: 'span'; from: number; to: number | null; label: string };
