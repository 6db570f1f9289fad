import { beganAt } from './began.ts';
import type { Incident } from './incident.ts';

/** From the trouble's beginning to health, once: a later undo of the change doesn't count again. Where nobody saw health, to the end; null while it is open. */
export function mttrSpan(incident: Incident): { began: number; over: number } | null {
  const over = incident.healthyAt ?? incident.closedAt;
  if (over === null) return null;
  const began = beganAt(incident);
  return { began, over: Math.max(began, over) };
}

/** How long that was, in ms. */
export function mttrOf(incident: Incident): number | null {
  const span = mttrSpan(incident);
  return span && span.over - span.began;
}
