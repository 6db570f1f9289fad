/** What a new epoch may look like: five characters that nobody reads two ways. */
export const EPOCH_LETTERS = 'abcdefghjkmnpqrstvwxyz23456789';
export const EPOCH_LENGTH = 5;

/** `INC-12-k3f9x`. Ids of older versions have no epoch. */
export const incidentId = (number: number, epoch: string): string => `INC-${number}-${epoch}`;

/** As a person may have typed it: the number in any case, with or without the epoch; null for anything else. */
export function readIncidentId(text: string): { number: number; epoch: string | null } | null {
  const match = /^(?:inc-)?(\d{1,15})(?:-([a-z0-9]{5}))?$/i.exec(text.trim());
  return match ? { number: Number(match[1]), epoch: match[2]?.toLowerCase() ?? null } : null;
}
