import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { FONT } from './chart-words.ts';

use(SVGRenderer);

/** resvg drops all text silently when it has no font, and bold needs a file of its own. */
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
  fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${file}`)),
);

/** Draws what echarts is told, in CSS px; the picture has twice as many each way, for phones. Rejects only when drawing fails. */
export async function toPng(option: EChartsCoreOption, size: { width: number; height: number }): Promise<Buffer> {
  const image = new Resvg(svgOf(option, size), {
    fitTo: { mode: 'zoom', value: 2 },
    font: { fontFiles: FONTS, loadSystemFonts: false, defaultFontFamily: FONT, sansSerifFamily: FONT },
  });
  return image.render().asPng();
}

function svgOf(option: EChartsCoreOption, size: { width: number; height: number }): string {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    drawing.setOption(option);
    return drawing.renderToSVGString();
  } finally {
    drawing.dispose();
  }
}
