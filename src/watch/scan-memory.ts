import { CERTAIN } from '../domain/look-findings.ts';
import type { Finding } from '../domain/types/finding.ts';
import { LOOKED_AT_CLOSER, OPENS_INCIDENTS, TOLD_SOON } from '../domain/vocabulary.ts';

/**
 * What the scan remembers between its looks, so that one odd minute is nothing: how long a service has been odd without a
 * break, or calm, and what was told. Bounded; pure.
 */
export type ScanMemory = Map<string, Watched>;

type Watched = {
  oddSince: number;
  oddLooks: number;
  calmSince: number;
  calmLooks: number;
  /** When an incident was last opened or joined from here, and for what. */
  toldAt: number | null;
  told: string[];
  calmToldAt: number | null;
  /** The last look found something far from normal that doesn't hurt by itself. */
  isCurious: boolean;
};

export type Verdict =
  /** Odd for long enough: tell it. */
  | { kind: 'trouble'; finding: Finding }
  /** Odd, but not yet for long enough (or it was told): look more closely. */
  | { kind: 'suspect' }
  /** Calm again for long enough, while an incident that no alert speaks for is open. */
  | { kind: 'calm' }
  | { kind: 'nothing' };

const MOST_REMEMBERED = 20_000;
const LEAST_LOOKS = 3;
/** A suspicion begins at the one probability, and is told once it has lasted and reaches the other. */
const LIKELY = 0.9;
/** Rates see the last two minutes, so that neighbours aren't independent; memory is what it is, and of a surge two metrics speak. */
const PERSISTS_MS = 90_000;
const PLAIN_PERSISTS_MS = 45_000;
const CALM_MS = 2 * 60_000;
const CALM_AGAIN_MS = 5 * 60_000;
/** After an incident was opened for a service, the scan alone opens none for so long. */
const COOL_DOWN_MS = 30 * 60_000;

/** Of a look's likely findings the surest that may open an incident; a surge is traffic and CPU that are both far above the usual. */
export function troubleAmong(findings: Finding[]): Finding | null {
  const likely = findings.filter((finding) => finding.kind === 'anomaly' && finding.strength >= LIKELY);
  const above = (what: string) =>
    likely.find((finding) => finding.what === what && (finding.value?.observed ?? 0) > (finding.value?.high ?? 0));
  const hurting = likely
    .filter((finding) => OPENS_INCIDENTS.has(finding.what))
    .sort((a, b) => b.strength - a.strength)[0];
  const surge = above('cpu') ? above('traffic') : undefined;
  // What is slow under a surge is slow because of it.
  return surge ?? hurting ?? null;
}

/** Takes one look's findings into the memory and says what is to be done. `open`: whether the service has an open incident. */
export function judgeLook(memory: ScanMemory, key: string, findings: Finding[], open: boolean, at: number): Verdict {
  const trouble = troubleAmong(findings);
  const known = memory.get(key);
  const isCurious = findings.some((finding) => LOOKED_AT_CLOSER.has(finding.what) && finding.strength >= LIKELY);
  if (!known && ((!trouble && !open && !isCurious) || memory.size >= MOST_REMEMBERED)) return { kind: 'nothing' };
  const watched = known ?? fresh(at);
  watched.isCurious = isCurious;
  memory.set(key, watched);
  return trouble ? odd(watched, trouble, open, at) : calm(memory, key, watched, open, at);
}

/** True when the memory is full: what is new then isn't followed. */
export const isFull = (memory: ScanMemory): boolean => memory.size >= MOST_REMEMBERED;

/** Services that were odd at the last look, for a closer one. */
export const suspects = (memory: ScanMemory): string[] =>
  [...memory].flatMap(([key, watched]) => (watched.oddLooks > 0 || watched.isCurious ? [key] : []));

const fresh = (at: number): Watched => ({
  oddSince: at,
  oddLooks: 0,
  calmSince: at,
  calmLooks: 0,
  toldAt: null,
  told: [],
  calmToldAt: null,
  isCurious: false,
});

function odd(watched: Watched, finding: Finding, open: boolean, at: number): Verdict {
  if (watched.oddLooks === 0) Object.assign(watched, { oddSince: at, calmLooks: 0, calmToldAt: null });
  watched.oddLooks += 1;
  const lasts = TOLD_SOON.has(finding.what) ? PLAIN_PERSISTS_MS : PERSISTS_MS;
  const isLong = watched.oddLooks >= LEAST_LOOKS && at - watched.oddSince >= lasts;
  if (!isLong || finding.strength < CERTAIN) return { kind: 'suspect' };
  const cooling = watched.toldAt !== null && at - watched.toldAt < COOL_DOWN_MS;
  if (open ? watched.told.includes(finding.what) : cooling) return { kind: 'suspect' };
  watched.told = open ? [...watched.told, finding.what] : [finding.what];
  watched.toldAt = at;
  // It began when it was first seen to be odd.
  return { kind: 'trouble', finding: { ...finding, at: Math.min(finding.at, watched.oddSince) } };
}

function calm(memory: ScanMemory, key: string, watched: Watched, open: boolean, at: number): Verdict {
  if (watched.oddLooks > 0 || watched.calmLooks === 0) Object.assign(watched, { oddLooks: 0, calmSince: at });
  watched.calmLooks += 1;
  if (open) {
    const isLong = watched.calmLooks >= LEAST_LOOKS && at - watched.calmSince >= CALM_MS;
    if (!isLong || (watched.calmToldAt !== null && at - watched.calmToldAt < CALM_AGAIN_MS)) return { kind: 'nothing' };
    watched.calmToldAt = at;
    return { kind: 'calm' };
  }
  watched.told = [];
  const isCooling = watched.toldAt !== null && at - watched.toldAt < COOL_DOWN_MS;
  if (!isCooling && !watched.isCurious) memory.delete(key);
  return { kind: 'nothing' };
}
