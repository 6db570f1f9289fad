import { isWithin, localText } from './daily-time.ts';
import type { DailyTime } from './types/playbook.ts';

/** A change freeze or quiet hours: what is asked then, and nothing runs by itself. */
export type ChangeWindow = {
  name: string;
  /** Names, `*` for all. */
  namespaces: string[];
  services: string[];
  /** `between`: local date and time as `2026-11-27T00:00`, by the clocks of `zone`; from counts, to doesn't. `daily`: every day or on some. */
  span: { kind: 'between'; from: string; to: string; zone: string } | { kind: 'daily'; time: DailyTime };
};

/** The first window that holds for the service now; null: none does. */
export function windowOver(
  windows: readonly ChangeWindow[],
  namespace: string,
  service: string,
  at: number,
): ChangeWindow | null {
  const names = (list: string[], name: string) => list.includes('*') || list.includes(name);
  return (
    windows.find((one) => names(one.namespaces, namespace) && names(one.services, service) && isOpen(one, at)) ?? null
  );
}

function isOpen({ span }: ChangeWindow, at: number): boolean {
  if (span.kind === 'daily') return isWithin(span.time, at);
  const now = localText(span.zone, at);
  return now >= span.from && now < span.to;
}

/** "Black Friday, until 2026-11-30 00:00 (Europe/Berlin)". */
export function windowWords({ name, span }: ChangeWindow): string {
  if (span.kind === 'between') return `${name}, until ${span.to.replace('T', ' ')} (${span.zone})`;
  const { toMin, zone } = span.time;
  const clock = `${String(Math.floor(toMin / 60)).padStart(2, '0')}:${String(toMin % 60).padStart(2, '0')}`;
  return `${name}, until ${clock} (${zone})`;
}
