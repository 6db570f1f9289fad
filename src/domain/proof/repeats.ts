import type { OutcomeRecord } from './outcome-record.ts';

/** A cause that comes back within a week of being healed is a repeat: what healed it, didn't. */
export const REPEAT_MS = 7 * 86_400_000;
/** From so many repeats on a person is asked for a ticket: what comes back again and again isn't healed by doing the same again. */
export const TICKET_FROM = 3;

type Trouble = {
  namespace: string;
  service: string;
  issue: string | null;
  cause: { what: string; namespace: string; name: string } | null;
};

/** The same trouble has the same name: the same kind of cause at the same place; without a named cause the same kind of trouble of the same service. Null: nobody knows what it is. */
export function sameTroubleKey({ namespace, service, issue, cause }: Trouble): string | null {
  if (cause) return JSON.stringify(['cause', cause.what, cause.namespace, cause.name]);
  return issue === null || issue === 'unknown' ? null : JSON.stringify(['issue', issue, namespace, service]);
}

/** How often this trouble came before, and the last of them; `repeats`: how often it has come back within a week of being healed, this time included. */
export type SeenBefore = { times: number; last: OutcomeRecord; helped: string[]; repeats: number; isRepeat: boolean };

/** Pure. `past` may hold other troubles, too; null: this one is new. */
export function seenBefore(trouble: Trouble & { began: number }, past: readonly OutcomeRecord[]): SeenBefore | null {
  const name = sameTroubleKey(trouble);
  if (name === null) return null;
  const same = past
    .filter((one) => !one.proposal && one.over <= trouble.began && sameTroubleKey(one) === name)
    .toSorted((a, b) => a.over - b.over);
  const last = same.at(-1);
  if (!last) return null;
  const began = [...same.map((one) => one.began), trouble.began];
  const repeats = same.filter(
    (one, index) => one.outcome === 'healed' && (began[index + 1] ?? 0) - one.over <= REPEAT_MS,
  );
  const helped = last.steps.filter(({ worked }) => worked === true).map(({ action }) => action);
  const isRepeat = repeats.includes(last);
  return { times: same.length, last, helped, repeats: repeats.length, isRepeat };
}

/** Records with the steps marked that didn't hold: the same trouble came back within a week, so what healed it didn't work. In the order of their beginning. */
export function withoutRelapses(records: readonly OutcomeRecord[]): OutcomeRecord[] {
  const sorted = records.toSorted((a, b) => a.began - b.began || a.id.localeCompare(b.id));
  const began = new Map<string, number[]>();
  for (const record of sorted) {
    const name = record.proposal ? null : sameTroubleKey(record);
    if (name !== null) began.set(name, [...(began.get(name) ?? []), record.began]);
  }
  return sorted.map((record) => {
    const name = sameTroubleKey(record);
    const later = name === null || record.outcome !== 'healed' ? [] : (began.get(name) ?? []);
    const isBack = later.some((at) => at >= record.over && at - record.over <= REPEAT_MS);
    if (!isBack) return record;
    return { ...record, steps: record.steps.map((step) => (step.worked ? { ...step, worked: false } : step)) };
  });
}
