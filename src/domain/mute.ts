/** Maintenance by hand: the service is watched and nothing is done, nobody is called, until then. */
export type Mute = { namespace: string; service: string; by: string; reason: string; at: number; until: number };

/** So long before its end it is said that it ends. */
export const MUTE_ENDS_SOON_MS = 5 * 60_000;
export const LONGEST_MUTE_MS = 7 * 24 * 3_600_000;

/** In a hold's reason. Text from outside stays data: the views escape it. */
export const muteWords = ({ by, reason }: Pick<Mute, 'by' | 'reason'>): string =>
  `it is muted for maintenance by ${by}${reason === '' ? '' : ` (${reason})`}: watched, and nothing is done`;
