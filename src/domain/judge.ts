import type { Sample } from './incident-state.ts';
import type { Verification } from './types/execution.ts';

export type JudgeInput = {
  now: number;
  since: number;
  until: number;
  steadyMs: number;
  samples: Sample[];
  settled: boolean;
  /** For so long after settling, what is measured still shows the time before: rates and quantiles look back. */
  lagMs: number;
};

/** Samples in a row that make it worse: one odd look doesn't undo a good change. */
const WORSE_IN_A_ROW = 3;

/**
 * Did the change work? Null: keep looking. Recovered needs health that lasts `steadyMs`; worse needs several looks in a row that show the time since, or a change that hasn't settled at the end of its time; no data is unknown then and never success.
 */
export function judge(input: JudgeInput): Verification | null {
  const { samples, now } = input;
  const last = samples.at(-1);
  const verdict = (kind: Verification['verdict'], message: string): Verification => ({
    verdict: kind,
    at: now,
    message,
  });
  const recent = samples.slice(-WORSE_IN_A_ROW);
  const settledSince = runSince(samples, (sample) => sample.settled ?? true);
  const isWorse = ({ at, worse, settled = true, looksBack = true }: Sample) =>
    worse && (!settled || !looksBack || (settledSince !== null && at - settledSince >= input.lagMs));
  if (recent.length === WORSE_IN_A_ROW && recent.every(isWorse)) return verdict('worse', last!.message);
  const healthySince = runSince(samples, (sample) => sample.healthy);
  if (healthySince !== null && last && last.at - healthySince >= input.steadyMs && input.settled)
    return verdict('recovered', last.message);
  // Nothing more is to be expected of this step, and what is left needs the next one soon.
  const elsewhereSince = runSince(samples, (sample) => sample.elsewhere ?? false);
  if (elsewhereSince !== null && last && last.at - elsewhereSince >= input.steadyMs && input.settled)
    return { ...verdict('unchanged', last.message), targetWell: true };
  if (now < input.until) return null;
  // Healthy at the end but not yet for long enough, or half-way there: it gets the time that it still needs, once.
  if ((healthySince !== null || isImproving(samples)) && now < input.until + input.steadyMs * 2) return null;
  if (!input.settled && isGettingOn(samples, input)) return null;
  if (!input.settled && last && !last.blind) return verdict('worse', `${last.message}; it has not settled in its time`);
  const known = samples.filter((sample) => sample.healthy !== null);
  if (!last || last.healthy === null || known.length === 0)
    return verdict('unknown', last?.message ?? 'no look at it succeeded');
  return verdict('unchanged', last.message);
}

/** A change that still says something new is given as much time again. */
function isGettingOn(samples: Sample[], { now, since, until, steadyMs }: JudgeInput): boolean {
  const last = samples.at(-1);
  if (last?.progress === undefined || now >= until + (until - since)) return false;
  const changed = samples.findLast(({ progress }) => progress !== last.progress);
  return changed !== undefined && now - changed.at <= steadyMs * 2;
}

/** What was measured has fallen to half of the worst. */
export function isImproving(samples: Sample[]): boolean {
  const known = samples.flatMap(({ severity }) => severity ?? []);
  const worst = Math.max(0, ...known);
  return worst > 0 && known.at(-1)! <= worst / 2;
}

/** When the unbroken run of such looks at the end began, or null. Looks without data (null) neither break nor make the run, but it must end with one that is so. */
function runSince(samples: Sample[], isSo: (sample: Sample) => boolean | null): number | null {
  const last = samples.at(-1);
  if (!last || isSo(last) !== true) return null;
  let since: number | null = null;
  for (const sample of samples.toReversed()) {
    if (isSo(sample) === false) break;
    if (isSo(sample) === true) since = sample.at;
  }
  return since;
}
