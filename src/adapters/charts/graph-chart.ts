import 'echarts/lib/component/graphic.js';
import type { GraphPicture } from '../../ports/charts.ts';
import { GRAPH_WIDTH, graphOption } from './graph-option.ts';
import { toPng } from './to-png.ts';

/** The affected part of the call graph as a PNG, 1280 wide and as high as it needs. Rejects only when drawing fails. */
export function graphChart(picture: GraphPicture): Promise<Buffer> {
  const { option, height } = graphOption(picture);
  return toPng(option, { width: GRAPH_WIDTH, height });
}
