/** What kind of observation it is. A culprit, its victims and bystanders show each kind at different rates. */
export type EvidenceKind = 'metric' | 'change' | 'log' | 'trace' | 'state' | 'conviction';

/** One scored observation about one entity. A low strength says "looked, and it is normal"; no evidence says "didn't look". */
export type Evidence = {
  entity: string;
  kind: EvidenceKind;
  /** 0..1, calibrated: how sure we are that this is not normal */
  strength: number;
  /** when it began, epoch ms */
  at: number | null;
  /** how coarsely `at` was measured (a scrape interval), ms */
  resolutionMs?: number;
  /** "latency", "errors", "availability", "traffic" may be passed on by callees; everything else ("rollout", "oom", "cpu", "self time" …) is the entity's own */
  what: string;
  message: string;
  /** How much trouble this is, comparable between entities: added waiting in seconds per second (latency) or failed requests per second (errors) */
  excess?: number;
  /** How far from normal, in its own noise; tells apart what is equally sure. */
  size?: number;
};

/** `from` calls `to`; weight 0..1 is how sure the call is known to happen */
export type Edge = { from: string; to: string; weight: number };

export type RankInput = {
  /** the entity that hurts */
  symptomService: string;
  /** in what it hurts, as in Evidence ("latency", "errors", "availability", "traffic"), or that its pods aren't there ("absence"), where the alarm says so */
  alarm?: string;
  /** somebody felt it (a person, a probe, a business figure): that it hurts isn't to be doubted because its own numbers look normal */
  told?: boolean;
  entities: string[];
  edges: Edge[];
  evidence: Evidence[];
  /** now, epoch ms */
  at: number;
  /** entities that send no telemetry of their own, known only from their callers (an address, a remote peer); another entity may be behind them */
  inferred?: string[];
};

export type RankedCause = { entity: string; probability: number; reasons: string[]; evidence: Evidence[] };

/** `causes` most probable first; their probabilities and `somethingElse` sum to 1. `named` is false when nobody should be blamed. */
export type Ranking = { causes: RankedCause[]; somethingElse: number; named: boolean };
