import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where package managers put programs that a plain PATH may not name. */
const ALSO = ['/usr/local/bin', '/usr/bin', '/usr/sbin', '/opt/homebrew/bin', '/opt/local/bin'];

/** Full path of a program on the PATH (or in the usual folders when no PATH is given), or null. */
export function findProgram(name, path) {
  const folders = path === undefined ? [...(process.env.PATH ?? '').split(delimiter), ...ALSO] : path.split(delimiter);
  for (const folder of folders) {
    if (folder === '') continue;
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // not here
    }
  }
  return null;
}
