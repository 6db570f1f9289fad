import type { PodEffect } from './kind.ts';

/** What several faults do to one pod. A log line comes again and again, from the instant on at which its fault began. */
export type JoinedEffect = Omit<PodEffect, 'logs'> & { logs?: { text: string; since: number }[] };

/** Several faults in one pod: times and losses multiply, amounts add up, the earliest end wins. */
export function joinEffects(effects: { effect: PodEffect | undefined; since: number }[]): JoinedEffect {
  const joined: JoinedEffect = {};
  for (const { effect: e, since } of effects) {
    if (!e) continue;
    if (e.slow !== undefined) joined.slow = (joined.slow ?? 1) * e.slow;
    if (e.capacity !== undefined) joined.capacity = (joined.capacity ?? 1) * e.capacity;
    if (e.errorRatio !== undefined) joined.errorRatio = 1 - (1 - (joined.errorRatio ?? 0)) * (1 - e.errorRatio);
    if (e.extraMemoryBytes !== undefined) joined.extraMemoryBytes = (joined.extraMemoryBytes ?? 0) + e.extraMemoryBytes;
    if (e.leak && (!joined.leak || e.leak.share > joined.leak.share)) joined.leak = e.leak;
    if (e.extraCores !== undefined) joined.extraCores = (joined.extraCores ?? 0) + e.extraCores;
    if (e.hangs) joined.hangs = true;
    if (e.notReady !== undefined) joined.notReady = e.notReady;
    if (e.exit && (!joined.exit || e.exit.afterMs < joined.exit.afterMs)) joined.exit = e.exit;
    if (e.imagePull !== undefined) joined.imagePull = e.imagePull;
    if (e.configError !== undefined) joined.configError = e.configError;
    if (e.logs) joined.logs = [...(joined.logs ?? []), ...e.logs.map((text) => ({ text, since }))];
  }
  return joined;
}
