import { fileURLToPath } from 'node:url';

/** A path of this folder, from wherever the app is started. */
export const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
