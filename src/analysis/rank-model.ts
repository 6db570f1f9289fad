import type { HiddenRates } from './rank-reach.ts';
import type { EvidenceKind } from './rank-types.ts';

/** Trouble that callers show because of those they call. */
export type Mode = 'slow' | 'failing' | 'load';
export const MODES: readonly Mode[] = ['slow', 'failing', 'load'];

/** Which mode an Evidence's `what` belongs to, or null when it is the entity's own and never passed on. */
export function modeOf(what: string): Mode | null {
  return MODE_OF[what] ?? null;
}

const MODE_OF: { readonly [what: string]: Mode } = {
  latency: 'slow',
  errors: 'failing',
  availability: 'failing',
  traffic: 'load',
};

/** How often the culprit, a victim (somebody who depends on it) and a bystander show a kind of evidence. */
export type Rates = { culprit: number; victim: number; bystander: number };

/**
 * The one set of parameters, for every use. They are rates that an engineer could argue about, not weights fitted to a
 * data set; rankings change little when any of them is halved or doubled.
 */
export type RankModel = {
  /** that a caller shows the trouble of what it calls (or a callee the load of its caller) */
  perCall: number;
  hidden: HiddenRates;
  /** a passed-on symptom in the fault's own mode, and in another one (slowness that ends in errors, load that makes slow) */
  symptom: { own: Rates; other: Rates };
  local: { [kind in EvidenceKind]: Rates };
  /** how the faults of the world divide into modes; sums to 1 */
  modes: { [mode in Mode]: number };
  /** the share of the mode in which the front hurts, where the alarm says which */
  asAlarmed: number;
  /** prior probability that the cause is none of the entities */
  priorElse: number;
  /** of the rest: that the trouble is the front's own and stays with it */
  contained: number;
  /** the same where the alarm is that its pods aren't there */
  containedAbsence: number;
  /** beside such trouble: that those who can't be its cause have another at the same time */
  beside: number;
  /** what such trouble shows at the front: nearly always its state, seldom a slower request, since who still serves serves as ever */
  containedRates: { symptom: number } & { [kind in EvidenceKind]: number };
  /** how much less likely the culprit is somebody who shows nothing abnormal, looked at or not */
  silentCulprit: number;
  /** the same for somebody of whom nothing at all is known: what isn't measured may well be what is broken */
  unseenCulprit: number;
  /** Who is to blame is as a rule who left its normal farthest: waiting and failures thin out on the way up, among what else a caller does. */
  farthest: { power: number; least: number; most: number; unseen: number };
  /** the same for somebody from whom no call, known or likely, leads to the front */
  unconnectedCulprit: number;
  /** under "something else": how often the front, and everybody else, is abnormal */
  elseRates: { symptomService: number; others: number };
  /** bounds of the likelihood ratio that one observation may have; detectors err both ways */
  ratio: { least: number; most: number; mostByChance: number };
  /** by how much surer an object is that says in its own fields what is wrong with it than the share of such objects that are right */
  conviction: number;
  /** an onset may be measured this late, ms */
  onsetToleranceMs: number;
  /** a change is likely to blame for what begins within this time after it, ms */
  changeHorizonMs: number;
  /** least probability at which a cause is named, and one that an object convicts of */
  nameAt: number;
  nameConvictedAt: number;
};

export const RANK_MODEL: RankModel = {
  perCall: 0.6,
  hidden: { call: 0.08, orphan: 0.25, sharedAddress: 0.35, address: 0.1 },
  symptom: {
    own: { culprit: 0.9, victim: 0.9, bystander: 0.02 },
    other: { culprit: 0.3, victim: 0.2, bystander: 0.02 },
  },
  local: {
    metric: { culprit: 0.3, victim: 0.08, bystander: 0.03 },
    change: { culprit: 0.3, victim: 0.03, bystander: 0.03 },
    log: { culprit: 0.4, victim: 0.2, bystander: 0.02 },
    trace: { culprit: 0.4, victim: 0.1, bystander: 0.02 },
    state: { culprit: 0.3, victim: 0.05, bystander: 0.01 },
    conviction: { culprit: 0.5, victim: 0.01, bystander: 0.002 },
  },
  modes: { slow: 0.45, failing: 0.45, load: 0.1 },
  asAlarmed: 0.8,
  priorElse: 0.2,
  contained: 0.2,
  containedAbsence: 0.8,
  beside: 0.05,
  containedRates: { symptom: 0.3, metric: 0.3, change: 0.4, log: 0.4, trace: 0.1, state: 0.9, conviction: 0.9 },
  silentCulprit: 0.1,
  unseenCulprit: 0.5,
  farthest: { power: 0.7, least: 0.01, most: 300, unseen: 0.3 },
  unconnectedCulprit: 0.2,
  elseRates: { symptomService: 0.5, others: 0.02 },
  ratio: { least: 0.15, most: 3000, mostByChance: 100 },
  conviction: 200,
  onsetToleranceMs: 120_000,
  changeHorizonMs: 1_800_000,
  nameAt: 0.7,
  nameConvictedAt: 0.5,
};
