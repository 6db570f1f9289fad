/** Why nothing is foretold. `unknown`: no request rate is known of the service; `silent`: of its last hour; `learning`: ask again in a moment. */
export type DemandFailure = {
  kind: 'unknown' | 'too_little_history' | 'silent' | 'learning' | 'unreachable';
  message: string;
};

export type DemandRequest = { namespace: string; service: string; aheadMs: number; quantile: number };

/** The highest rate (1/s) from now until `aheadMs` later, as one that isn't exceeded with probability `quantile`. Never a guess. */
export type DemandAhead = (
  request: DemandRequest,
) => Promise<{ ok: true; rate: number } | { ok: false; failure: DemandFailure }>;
