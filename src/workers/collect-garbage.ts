import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects this thread's garbage now. For threads whose large arrays lie outside V8's heap, where it doesn't see them when it judges whether to collect. */
export const collectGarbage: () => void = runInNewContext('gc');
