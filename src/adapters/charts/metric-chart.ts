import { LineChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
} from 'echarts/components';
import { use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { chartOption, type MetricChart } from './chart-option.ts';
import { toPng } from './to-png.ts';

use([LineChart, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TitleComponent, SVGRenderer]);

const SIZE = { width: 640, height: 380 };

/** A metric with its normal band, what happened and when it wasn't normal, as a PNG of 1280 × 760. Rejects only when drawing fails. */
export const metricChart = (chart: MetricChart): Promise<Buffer> => toPng(chartOption(chart), SIZE);
