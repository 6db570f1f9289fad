/** Alerts kept in full with the incident; more are counted only. */
export const MAX_ALERTS = 100;
/** A deadline acts at most this long after the moment that was shown. */
export const MAX_LATE_MS = 60_000;
/** How long all alerts must stay resolved before the trouble may be called gone. */
export const SETTLE_MS = 15_000;
/** So long after an incident was closed, alerts that it dealt with may still be sent as firing: rules look back over two minutes, and wait one. */
export const ECHO_MS = 3 * 60_000;
/** A firing that comes so soon after its own end was sent before it. */
export const LATE_FIRING_MS = 2 * 60_000;
/** Firing alerts that are kept by fingerprint alone. */
export const MAX_UNKEPT = 5_000;
/** How long an approval by a person stays good while a lock or a rollout is in the way. */
export const APPROVAL_GOOD_MS = 15 * 60_000;
/** Between looks at a lock, a rollout or a budget that is in the way. */
export const RETRY_MS = 10_000;
export const REPAGE_MS = 5 * 60_000;
export const MAX_LEVEL = 3;
/** Least time between two diagnoses of one incident. */
export const DIAGNOSE_EVERY_MS = 10_000;
/** Executions of one incident that were refused before they changed anything; then a person decides. */
export const MAX_REFUSED_EXECUTIONS = 6;
/** Looks kept while verifying. */
export const MAX_SAMPLES = 60;
