import 'echarts/lib/component/graphic.js';
import { TIMELINE_WIDTH, type TimelinePicture, timelineOption } from './timeline-option.ts';
import { toPng } from './to-png.ts';

/** Incidents over time as a PNG, 1920 wide and as high as it needs. Rejects only when drawing fails. */
export function timelineChart(picture: TimelinePicture): Promise<Buffer> {
  const { option, height } = timelineOption(picture);
  return toPng(option, { width: TIMELINE_WIDTH, height });
}
