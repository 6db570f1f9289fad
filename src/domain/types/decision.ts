import type { Recommendation } from './recommendation.ts';

/** `expire` is for proposals alone. */
export type AtTimeout = 'execute' | 'escalate' | 'watch' | 'expire';

export type Decision =
  | { kind: 'auto'; recommendation: Recommendation; options: Recommendation[]; reason: string }
  | {
      kind: 'ask';
      recommendation: Recommendation;
      options: Recommendation[];
      timeoutMs: number;
      atTimeout: AtTimeout;
      critical: boolean;
      reason: string;
    }
  /** Look again later: storm, paused, rollout in progress, trouble not measured. */
  | { kind: 'hold'; untilMs: number; reason: string; waitsFor?: WaitsFor }
  | { kind: 'observe'; untilMs: number; reason: string }
  /** `options`: what a person may still choose. */
  | { kind: 'escalate'; options: Recommendation[]; reason: string };

/** What a hold waits for, where others must know: a storm is counted by it. */
export type WaitsFor = 'pause' | 'storm' | 'same_cause' | 'mute';
