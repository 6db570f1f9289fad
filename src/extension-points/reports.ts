import type { PolicyWords } from '../domain/policy-words.ts';
import type { Comparison, ErrorBudget } from '../domain/proof/comparison.ts';
import type { Figures, Stats } from '../domain/proof/outcome-figures.ts';
import type { OutcomeRecord } from '../domain/proof/outcome-record.ts';
import type { Calibration } from '../domain/proof/reliability.ts';
import type { ScaledObject, Trigger } from '../domain/scaled-object.ts';

export type WhoReport = { namespace: string; service: string; policy: PolicyWords };
/** `steps`: the actions in their order. */
export type PlaybookLine = { name: string; steps: string[] };
/** `service` null: all. `comparison` null: nothing is known of the time before. `partial`: more ended than are looked through. */
export type StatsReport = {
  service: string | null;
  weeks: number;
  stats: Stats;
  calibration: Calibration;
  comparison: Comparison | null;
  budgets: Record<string, ErrorBudget>;
  partial: boolean;
};
export type HistoryReport = {
  service: string;
  records: OutcomeRecord[];
  figures: Figures;
  picture: { file: string; altText: string } | null;
};

/** A rate (1/s) that is coming: as likely above `median` as below, from `low` to `high` in 95 of 100 cases. */
export type ComingRate = { at: number; low: number; median: number; high: number };
/** What would meet the demand. `addition`: triggers for the ScaledObject that there is. */
export type DemandProposal =
  | { kind: 'new'; object: ScaledObject }
  | { kind: 'addition'; scaler: string; bounds: { min: number; max: number }; triggers: Trigger[]; message: string }
  | { kind: 'none'; message: string };
/** `hour` and `day`: the instants at which most may come; `replicas` that take it. */
export type ForecastReport = {
  namespace: string;
  service: string;
  at: number;
  now: { at: number; rate: number };
  hour: ComingRate;
  day: ComingRate;
  replicas: { now: number; hour: number; day: number };
  perReplica: number;
  timezone: string;
  /** In words; null when less than a week is known. */
  windows: string[] | null;
  proposal: DemandProposal;
  /** An uploaded picture, by the chat's id of it. */
  picture: { file: string; altText: string } | null;
};

/** One metric as an operator reads it, in words with units. */
export type MetricReading = {
  label: string;
  now: string;
  low: string;
  high: string;
  direction: 'above' | 'below' | 'inside' | 'silent';
  probability: number;
};
/** `forest`: how unusual all metrics together are; null without data. */
export type ServiceReport = {
  namespace: string;
  service: string;
  at: number;
  readings: MetricReading[];
  forest: { probability: number; decision: number; mostly: string } | null;
  model: { version: number; trainedAt: number; from: number; to: number; points: number };
};
