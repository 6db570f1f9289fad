import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Homebrew's and MacPorts' folders, which a plain PATH on a Mac doesn't name. */
const ALSO = process.platform === 'darwin' ? ['/opt/homebrew/bin', '/usr/local/bin', '/opt/local/bin'] : [];

/** Full path of a program on the PATH, or null. */
export function findProgram(name, path = process.env.PATH ?? '') {
  const folders = [...path.split(delimiter), ...ALSO];
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
