import { isAbout } from './is-about.ts';
import type { KindLook } from './issue-kind.ts';
import type { Finding } from './types/finding.ts';

const LEAST = 0.5;
/** So sure the scan must be before it tells, and whoever names what doesn't hurt yet. */
export const CERTAIN = 0.99;

/** A finding about the service or its pods that is more likely than not. */
export const findingOfLook = ({ health, findings }: KindLook, what: string): Finding | undefined =>
  findings.find(
    (finding) => finding.what === what && finding.strength >= LEAST && isAbout(finding.about, health.service),
  );

/** A sure anomaly of the service above what is usual: trouble that is seen before it hurts. */
export const aboveUsual = ({ health, findings }: KindLook, what: string): Finding | undefined =>
  findings.find(
    ({ kind, strength, value, about, what: seen }) =>
      seen === what &&
      kind === 'anomaly' &&
      strength >= CERTAIN &&
      isAbout(about, health.service) &&
      value !== undefined &&
      value.observed > value.high,
  );
