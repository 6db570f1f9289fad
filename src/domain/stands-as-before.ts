import { type Health, isOf, knownValue } from './health.ts';
import type { TroubleState } from './judge-trouble.ts';
import { worsenedSince } from './worsening.ts';

/** How they stand who felt a step that nothing was wrong before: `gone` while no vital is worse, `unknown` where one that was known then is no more. Pure. */
export function standsAsBefore(before: readonly Health[], now: readonly Health[]): TroubleState {
  const [worse] = worsenedSince(before, now);
  if (worse) return { kind: 'present', severity: 1, message: worse.message };
  const dark = now.flatMap((health) => {
    const then = before.find((one) => isOf(one, health));
    const lost = Object.keys(health.vitals).filter(
      (name) => health.vitals[name]?.kind === 'unknown' && then !== undefined && knownValue(then, name) !== null,
    );
    return lost.length > 0 ? [`${lost.slice(0, 3).join(', ').replaceAll('_', ' ')} of ${health.service}`] : [];
  });
  const message = now.length === 0 || now.every(isDark) ? 'nobody could look at how anything is' : null;
  if (message !== null || dark.length > 0)
    return { kind: 'unknown', severity: null, message: message ?? `${dark.join('; ')}: nobody could look` };
  return { kind: 'gone', severity: 0, message: `no vital of ${namesOf(now)} is worse than before` };
}

const isDark = (health: Health): boolean => !Object.values(health.vitals).some(({ kind }) => kind === 'known');

const namesOf = (health: readonly Health[]): string => {
  const names = health.slice(0, 3).map(({ service }) => service);
  return `${names.join(', ')}${health.length > names.length ? ` and ${health.length - names.length} more` : ''}`;
};
