import type { ServicePolicy } from '../types/service-policy.ts';
import { type Median, medianOf } from './intervals.ts';
import type { OutcomeRecord } from './outcome-record.ts';

/** One trouble from before Nightshift, as an alerting or paging system has recorded it: of what it was, and from when to when. Instants in epoch ms. */
export type PastTrouble = {
  source: 'alertmanager' | 'pagerduty' | 'prometheus';
  /** Of the source: the same is never counted twice. */
  id: string;
  namespace: string | null;
  service: string | null;
  name: string;
  began: number;
  over: number;
};

/** Before against after, of the same services; `faster` null where one of the two is missing. */
export type Comparison = { before: Median; after: Median; faster: number | null };

export function compared(before: readonly PastTrouble[], after: readonly OutcomeRecord[]): Comparison {
  const known = new Set(
    before.flatMap(({ namespace, service }) => (service === null ? [] : [`${namespace}/${service}`])),
  );
  const isKnown = (record: OutcomeRecord) => known.size === 0 || known.has(`${record.namespace}/${record.service}`);
  const was = medianOf(before.map(({ began, over }) => over - began));
  const now = medianOf(after.filter((one) => isComparable(one) && isKnown(one)).map(({ began, over }) => over - began));
  const faster = was.median === null || was.median === 0 || now.median === null ? null : 1 - now.median / was.median;
  return { before: was, after: now, faster };
}

/** An alert of the past ended when it was over, whoever ended it, and whatever it was worth; so do these. */
const isComparable = ({ proposal, outcome }: OutcomeRecord): boolean => !proposal && outcome !== 'lapsed';

/** Minutes in which an objective wasn't met (ms): what the incidents have taken, and what they would have taken more had each lasted as long as those before. */
export type ErrorBudget = { incidents: number; spentMs: number; savedMs: number | null };

/** Null where no objective is configured. Only what was seen to hurt what is promised counts. */
export function budgetOf(
  records: readonly OutcomeRecord[],
  objective: ServicePolicy['objective'],
  beforeMedianMs: number | null,
): ErrorBudget | null {
  if (!objective) return null;
  const promised = [
    ...(objective.latencyP99Seconds === undefined ? [] : ['latency']),
    ...(objective.errorRatio === undefined ? [] : ['errors']),
  ];
  const hurting = records.filter(({ proposal, hurt }) => !proposal && hurt.some((vital) => promised.includes(vital)));
  const spent = hurting.map(({ began, over }) => over - began);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const healed = hurting.filter(({ outcome }) => outcome === 'healed').map(({ began, over }) => over - began);
  return {
    incidents: hurting.length,
    spentMs: sum(spent),
    savedMs: beforeMedianMs === null ? null : sum(healed.map((ms) => beforeMedianMs - ms)),
  };
}
