import { setPriority } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import type { Series, Span } from '../analysis/series.ts';
import { fitServiceModel, type ServiceModel } from '../analysis/service-model.ts';
import { encodeModel } from './model-codec.ts';

/** The worker thread that fits: a service's history in, its model out. */

export type FitInput = { history: Record<string, Series>; now: number; stepMs: number; exclude: Span[] };
export type Fitted =
  | { kind: 'fitted'; model: ServiceModel; body: Uint8Array }
  | { kind: 'refused'; why: 'too_little_history' | 'all_gaps' };

function fit({ history, now, stepMs, exclude }: FitInput): Fitted {
  const model = fitServiceModel(history, { now, stepMs, exclude });
  if ('refused' in model) return { kind: 'refused', why: model.refused };
  return { kind: 'fitted', model, body: encodeModel(model) };
}

// Messages and clicks come first. On Linux this is of the calling thread alone; elsewhere it would be of the whole process.
if (parentPort && process.platform === 'linux') setPriority(10);

// A fit leaves some 4 MB of typed arrays, which don't count as heap: without being told, V8 lets 30 MB gather before it looks.
setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

parentPort?.on('message', (input: FitInput) => {
  parentPort?.postMessage(fit(input));
  collectGarbage();
});
