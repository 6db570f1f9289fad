/** Less than this of metrics before the trouble says little of what is usual. */
const ENOUGH_MS = 30 * 60_000;

/**
 * What is to be said where there is little history of metrics, as on the first day: then objects, events and logs decide. Null where there is enough. `firstAt`: the oldest value that was
 * found (epoch ms); null: none at all.
 */
export function littleHistory(firstAt: number | null, since: number): string | null {
  if (firstAt === null) return 'There are no metrics of it: judged by objects, events and logs.';
  const before = since - firstAt;
  if (before >= ENOUGH_MS) return null;
  const minutes = Math.max(0, Math.floor(before / 60_000));
  return `Only ${minutes} min of metrics are from before it: judged by objects, events and logs above all.`;
}
