// One by one: `echarts/charts` and `echarts/components` bring every other kind into memory too.
import 'echarts/lib/chart/bar.js';
import 'echarts/lib/chart/line.js';
import 'echarts/lib/component/gridSimple.js';
import 'echarts/lib/component/legendPlain.js';
import 'echarts/lib/component/markArea.js';
import 'echarts/lib/component/markLine.js';
import 'echarts/lib/component/title.js';
import { chartOption } from './chart-option.ts';
import type { MetricChart } from './chart-spec.ts';
import { toPng } from './to-png.ts';

const SIZE = { width: 640, height: 380 };

/** A metric with its normal band, what happened and when it wasn't normal, as a PNG of 1280 × 760. Rejects only when drawing fails. */
export const metricChart = (chart: MetricChart): Promise<Buffer> => toPng(chartOption(chart), SIZE);
