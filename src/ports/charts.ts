import type { AffectedPart } from '../domain/types/diagnosis.ts';

/** A metric as a picture. Instants are epoch ms; gaps are points whose value isn't finite. */
export type MetricPicture = {
  title: string;
  /** `s`, `ratio`, `bytes`, `1/s`, `yes/no` (1 or 0), `` or a word of its own. */
  unit: string;
  /** Things that are counted: nothing lies between two of them. */
  whole?: true;
  /** What the series is called beside others; "measured" where absent. */
  name?: string;
  series: { at: number; value: number }[];
  /** Drawn beside it: another line, what it is held against, or what happened at once (bars). At most four. */
  beside?: { name: string; as: 'line' | 'bound' | 'bars'; points: { at: number; value: number }[] }[];
  /** What is normal at each instant; null when there is no baseline. */
  band: { at: number; low: number; high: number }[] | null;
  /** What is foretold after the series; the band is then its interval. */
  ahead?: { at: number; value: number }[];
  marks: (
    | { kind: 'moment'; at: number; label: string }
    /** `to` null: still going on. */
    | { kind: 'span'; from: number; to: number | null; label: string }
  )[];
  darkMode: boolean;
};

/** The affected part of the call graph as a picture; `subtitle` says in words what it shows. */
export type GraphPicture = { title: string; subtitle: string; part: AffectedPart; darkMode: boolean };

/** Draws away from the main loop; rejects when drawing fails. */
export type Charts = {
  draw(picture: MetricPicture): Promise<Buffer>;
  drawGraph(picture: GraphPicture): Promise<Buffer>;
};
