import type { Sample } from './incident-state.ts';
import type { TroubleState } from './judge-trouble.ts';
import { looksBack, type Worsening } from './worsening.ts';

/** How a change stands; `extension-points.Settled` has it all. */
type SettledView = { kind: 'settled' | 'in_progress' | 'failed' | 'unknown'; message: string };

export type VitalsSeen = {
  at: number;
  settled: SettledView;
  trouble: TroubleState;
  worsened: readonly Worsening[];
  /** What is left though the step did what it was for, in words. */
  left: string | null;
  /** The severity that was diagnosed. */
  before: number;
  /** The trouble's rates have not yet seen anything of the change. */
  tooSoon: boolean;
};

/** More of the same by half is worse. */
const WORSE_FACTOR = 1.5;

/** One look after a change. Health needs both: the change has settled and the trouble is measured to be gone. A change that failed to settle made it worse, as does trouble where all was well before it. */
export function sampleOf({ at, settled, trouble, worsened, left, before, tooSoon }: VitalsSeen): Sample {
  const isSettled = settled.kind === 'settled';
  const isGone = trouble.kind === 'gone';
  const { severity } = trouble;
  const said = [trouble.message, ...(left ? [left] : []), ...worsened.slice(0, 2).map(({ message }) => message)].join(
    '; ',
  );
  const base = {
    at,
    settled: isSettled,
    message: isSettled ? said : `${settled.message.replace(/\.$/, '')}; ${said}`,
    elsewhere: left !== null,
    ...(settled.kind === 'unknown' ? { blind: true as const } : {}),
    ...(settled.kind === 'in_progress' ? { progress: settled.message } : {}),
    ...(isGone && (settled.kind === 'in_progress' || tooSoon) ? { goneEarly: true as const } : {}),
  };
  if (settled.kind === 'failed') return { ...base, healthy: false, severity, worse: true };
  // Where it did what it was for and the load has moved on, what suffers there isn't its doing.
  if (isSettled && left === null && worsened.length > 0)
    return {
      ...base,
      healthy: false,
      severity,
      worse: true,
      looksBack: worsened.every(({ vital }) => looksBack(vital)),
    };
  if (trouble.kind === 'unknown' || settled.kind === 'unknown')
    return { ...base, healthy: null, severity: null, worse: false };
  const isMore =
    !isGone && isSettled && left === null && severity !== null && before > 0 && severity > before * WORSE_FACTOR;
  return { ...base, healthy: isGone && isSettled, severity, worse: isMore };
}
