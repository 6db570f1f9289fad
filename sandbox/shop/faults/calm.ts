/** How long the trouble has been away, in ms; 0 while it is there. Keeps its own note in the fault's data. */
export function calmFor(fault: { data: { calmSince: number | null } }, calm: boolean, now: number): number {
  if (!calm) fault.data.calmSince = null;
  else fault.data.calmSince ??= now;
  return fault.data.calmSince === null ? 0 : now - fault.data.calmSince;
}
