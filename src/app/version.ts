import { readFileSync } from 'node:fs';
import { here } from './own-path.ts';

/** As in package.json. */
export const VERSION: string = (JSON.parse(readFileSync(here('../../package.json'), 'utf8')) as { version: string })
  .version;
