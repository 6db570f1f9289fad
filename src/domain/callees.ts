const MAX_CALLEES = 12;

/** Whom the service calls, directly or through others, the nearest first. */
export function calleesOf(calls: readonly { from: string; to: string }[], service: string): string[] {
  const found = new Set([service]);
  for (const from of found) {
    if (found.size > MAX_CALLEES) break;
    for (const call of calls) if (call.from === from && call.to !== '') found.add(call.to);
  }
  found.delete(service);
  return [...found].slice(0, MAX_CALLEES);
}
