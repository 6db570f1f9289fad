/** NAB's score, written from Lavin & Ahmad (2015), "Evaluating Real-time Anomaly Detection Algorithms", section 3. */

/** One file: a score in [0,1] a point, and its labelled windows as inclusive index ranges, ascending. */
export type Scored = { name: string; scores: Float64Array; windows: readonly { first: number; last: number }[] };

/** Weights of a profile; the rest of NAB's cost matrix isn't used. */
export type Profile = { tpWeight: number; fnWeight: number; fpWeight: number };

/** A file's part of the score at one threshold. `falseRuns`: runs of neighbouring false alarms. */
export type FileResult = { raw: number; windows: number; detected: number; falseAlarms: number; falseRuns: number };

/** Points that aren't scored: the first 15 %, at most 750. */
export function probation(points: number): number {
  return Math.floor(0.15 * Math.min(points, 5000));
}

/** Reward by place: -1 is the start of a window, 0 its end, positive behind it in window lengths; in (-1, 1). */
export function scaledSigmoid(place: number): number {
  return place > 3 ? -1 : 2 / (1 + Math.exp(5 * place)) - 1;
}

/**
 * One file at one threshold (a score at or above it is an alarm): each window's first alarm is rewarded by how early it is, a
 * window without one costs `fnWeight`, an alarm outside costs `fpWeight` by its distance behind the window before.
 */
export function scoreFile(file: Scored, threshold: number, profile: Profile): FileResult {
  const start = probation(file.scores.length);
  const windows = file.windows.filter((window) => window.last >= start);
  const result: FileResult = { raw: 0, windows: windows.length, detected: 0, falseAlarms: 0, falseRuns: 0 };
  for (const { first, last } of windows) {
    const alarm = file.scores.findIndex((score, i) => i >= Math.max(first, start) && i <= last && score >= threshold);
    if (alarm < 0) {
      result.raw -= profile.fnWeight;
      continue;
    }
    const place = -(last - alarm + 1) / (last - first + 1);
    result.raw += (profile.tpWeight * scaledSigmoid(place)) / scaledSigmoid(-1);
    result.detected += 1;
  }
  addFalseAlarms(file, start, threshold, profile, result);
  return result;
}

function addFalseAlarms(file: Scored, start: number, threshold: number, profile: Profile, result: FileResult): void {
  let next = 0;
  let behind: { first: number; last: number } | undefined;
  let wasFalse = false;
  for (let i = 0; i < file.scores.length; i++) {
    while (file.windows[next] !== undefined && file.windows[next]!.last < i) behind = file.windows[next++];
    const inside = file.windows[next] !== undefined && i >= file.windows[next]!.first;
    const isFalse = i >= start && !inside && file.scores[i]! >= threshold;
    if (isFalse) {
      const place = behind === undefined ? Number.POSITIVE_INFINITY : (i - behind.last) / (behind.last - behind.first);
      result.raw += profile.fpWeight * scaledSigmoid(place);
      result.falseAlarms += 1;
      if (!wasFalse) result.falseRuns += 1;
    }
    wasFalse = isFalse;
  }
}

/** The corpus's score at one threshold: 0 for silence, 100 for every window hit at its first point and nothing else. */
export function scoreCorpus(files: readonly Scored[], threshold: number, profile: Profile): number {
  return normalised(
    files.map((file) => scoreFile(file, threshold, profile)),
    profile,
  );
}

/** Raw results on NAB's scale: (raw - silent) / (perfect - silent) × 100. NaN without windows. */
export function normalised(results: readonly FileResult[], profile: Profile): number {
  let raw = 0;
  let windows = 0;
  for (const result of results) {
    raw += result.raw;
    windows += result.windows;
  }
  const silent = -windows * profile.fnWeight;
  return (100 * (raw - silent)) / (windows * profile.tpWeight - silent);
}

/** The threshold with the best corpus score, among the scores that occur (at most `candidates` of the highest distinct ones). */
export function bestThreshold(
  files: readonly Scored[],
  profile: Profile,
  candidates = 400,
): { threshold: number; standard: number } {
  const distinct = new Set<number>();
  for (const file of files) for (const score of file.scores) if (score > 0) distinct.add(Math.round(score * 1e4) / 1e4);
  const tried = [1.1, ...[...distinct].sort((a, b) => b - a).slice(0, candidates)];
  let best = { threshold: 1.1, standard: Number.NEGATIVE_INFINITY };
  for (const threshold of tried) {
    const standard = scoreCorpus(files, threshold, profile);
    if (standard > best.standard) best = { threshold, standard };
  }
  return best;
}
