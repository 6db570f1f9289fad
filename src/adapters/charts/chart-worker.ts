import { parentPort } from 'node:worker_threads';
import type { MetricPicture } from '../../ports.ts';
import { metricChart } from './metric-chart.ts';

/** The worker thread that draws: laying out a chart takes longer than the main loop may be held up. */
export type Drawn = { ok: true; png: Uint8Array } | { ok: false; words: string };

parentPort?.on('message', (picture: MetricPicture) => {
  metricChart(picture)
    .then((png): Drawn => ({ ok: true, png }))
    .catch((error: unknown): Drawn => ({ ok: false, words: String(error) }))
    .then((drawn) => parentPort?.postMessage(drawn));
});
