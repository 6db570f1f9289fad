import { fileURLToPath } from 'node:url';
import { renderAsync } from '@resvg/resvg-js';
import { LineChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { chartOption, type MetricChart } from './chart-option.ts';
import { FONT } from './chart-words.ts';

use([LineChart, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TitleComponent, SVGRenderer]);

/** CSS pixels; the picture has twice as many each way, for phones. */
const SIZE = { width: 640, height: 380 };

/** resvg drops all text silently when it has no font, and bold needs a file of its own. */
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
  fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${file}`)),
);

/** A metric with its normal band, what happened and when it wasn't normal, as a PNG of 1280 × 760. Rejects only when drawing fails. */
export async function metricChart(chart: MetricChart): Promise<Buffer> {
  const image = await renderAsync(metricSvg(chart), {
    fitTo: { mode: 'zoom', value: 2 },
    font: { fontFiles: FONTS, loadSystemFonts: false, defaultFontFamily: FONT, sansSerifFamily: FONT },
  });
  return image.asPng();
}

function metricSvg(chart: MetricChart): string {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  try {
    drawing.setOption(chartOption(chart));
    return drawing.renderToSVGString();
  } finally {
    drawing.dispose();
  }
}
