import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { GraphPicture, MetricPicture } from '../../ports/charts.ts';
import { collectGarbage } from '../../workers/collect-garbage.ts';
import { graphChart } from './graph-chart.ts';
import { metricChart } from './metric-chart.ts';

/** The worker thread that draws: laying out a chart takes longer than the main loop may be held up. */
export type ToDraw = { kind: 'metric'; picture: MetricPicture } | { kind: 'graph'; picture: GraphPicture };
export type Drawn = { ok: true; png: Uint8Array } | { ok: false; message: string };

const draw = (what: ToDraw) => (what.kind === 'metric' ? metricChart(what.picture) : graphChart(what.picture));

// Messages and clicks come first. On Linux this is of the calling thread alone; elsewhere it would be of the whole process.
if (parentPort && process.platform === 'linux') setPriority(10);

parentPort?.on('message', (what: ToDraw) => {
  draw(what)
    .then((png): Drawn => ({ ok: true, png }))
    .catch((error: unknown): Drawn => ({ ok: false, message: String(error) }))
    .then((drawn) => parentPort?.postMessage(drawn))
    // A picture's pixels are 4 MB.
    .then(collectGarbage);
});
