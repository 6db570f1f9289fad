import { readFileSync } from 'node:fs';

/** A secret of the environment, or of the file that `<NAME>_FILE` names; null when there is none. Throws when that file can't be read. */
export function secretOf(name: string, environment: Record<string, string | undefined>): string | null {
  const file = environment[`${name}_FILE`];
  return environment[name] || (file ? readFileSync(file, 'utf8').trim() : null) || null;
}
