import type { Alert } from './types.ts';

/** What rules call what nobody is to be woken for, or told of. */
const QUIET = new Set(['info', 'information', 'informational', 'notice', 'debug', 'none', 'ok']);

/** The label as it is compared; '' for none. */
export const severityOf = ({ labels }: Pick<Alert, 'labels'>): string => (labels.severity ?? '').trim().toLowerCase();

/** It opens no incident and calls nobody: at most it is a line in one that is open. */
export const isQuiet = (alert: Pick<Alert, 'labels'>): boolean => QUIET.has(severityOf(alert));
