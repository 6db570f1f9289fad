import type { ConnectionTried } from '../extension-points/people.ts';

export type Check = ConnectionTried;

export const right = (title: string): Check => ({ title, ok: true, mend: '' });
export const wrong = (title: string, mend: string): Check => ({ title, ok: false, mend });

/** A try that fails in the words of its error, and then the mend. */
export async function tried(title: string, ping: () => Promise<unknown>, mend: string): Promise<Check> {
  try {
    await ping();
    return { title, ok: true, mend };
  } catch (error) {
    return { title, ok: false, mend: `${error instanceof Error ? error.message : String(error)}; ${mend}` };
  }
}
