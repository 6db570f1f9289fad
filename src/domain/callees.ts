const MAX_CALLEES = 12;
const MAX_HOPS = 3;

/** Whom the service calls, directly or through others, the nearest first: as many as can be asked about. */
export function calleesOf(calls: readonly { from: string; to: string }[], service: string): string[] {
  const called = (from: string) => calls.flatMap((call) => (call.from === from && call.to !== '' ? [call.to] : []));
  const found = reach(service, called, { most: MAX_CALLEES + 1 });
  return [...found].filter((one) => one !== service).slice(0, MAX_CALLEES);
}

/** Whom a service reaches, over a few calls. */
export const calleesNear = (
  from: string,
  calls: ReadonlyMap<string, ReadonlySet<string>>,
  hops = MAX_HOPS,
): Set<string> => reach(from, (node) => calls.get(node) ?? [], { hops });

/** The nearest first, until there are so many or it is so far. `from` is among them where the calls lead back to it. */
function reach(
  from: string,
  called: (node: string) => Iterable<string>,
  { hops = Number.POSITIVE_INFINITY, most = Number.POSITIVE_INFINITY }: { hops?: number; most?: number },
): Set<string> {
  const seen = new Set<string>();
  let frontier = [from];
  for (let hop = 0; hop < hops && frontier.length > 0 && seen.size < most; hop++) {
    const next = new Set(frontier.flatMap((node) => [...called(node)]));
    frontier = [...next].filter((node) => !seen.has(node));
    for (const node of frontier) seen.add(node);
  }
  return seen;
}
