/** Alerts fire after their `for`: the trouble is a few minutes older than they say. */
export const ALERT_LAG_MS = 3 * 60_000;
