import { UNIT_MS } from '../../domain/duration.ts';

const MOST_MS = 30 * 86_400_000;

/** "30m", "1h30m", "2 hours", "90 min", "1.5h" → ms; a bare number is minutes. Null for anything else, for nothing and for more than 30 days. */
export function spokenDuration(text: string): number | null {
  const wanted = text.trim().toLowerCase().replaceAll(',', '.');
  if (/^\d+(\.\d+)?$/.test(wanted)) return bounded(Number(wanted) * 60_000);
  const part = /(\d+(?:\.\d+)?)\s*(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)\s*/y;
  let total = 0;
  while (part.lastIndex < wanted.length) {
    const match = part.exec(wanted);
    if (!match?.[1] || !match[2]) return null;
    total += Number(match[1]) * (UNIT_MS[match[2][0] ?? ''] ?? 0);
  }
  return bounded(total);
}

const bounded = (ms: number) => (ms > 0 && ms <= MOST_MS ? Math.round(ms) : null);
