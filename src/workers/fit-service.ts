import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { Series, Span } from '../analysis/series.ts';
import { fitServiceModel, type ServiceModel } from '../analysis/service-model.ts';
import { collectGarbage } from './collect-garbage.ts';
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

parentPort?.on('message', (input: FitInput) => {
  parentPort?.postMessage(fit(input));
  // A fit leaves some 4 MB of typed arrays; 30 MB would gather.
  collectGarbage();
});
