import type { MetricChart } from './chart-spec.ts';
import { chartWords, FONT } from './chart-words.ts';
import type { Palette } from './palette.ts';

const MOST_MARKS = 6;

/** Vertical lines, for echarts' `markLine`. */
export function moments(chart: MetricChart, palette: Palette) {
  const found = chart.marks.filter((mark) => mark.kind === 'moment').slice(0, MOST_MARKS);
  const middle = middleOf(chart);
  return {
    symbol: 'none',
    silent: true,
    lineStyle: { color: palette.mark, width: 2, type: 'dashed' },
    label: {
      show: true,
      color: palette.mark,
      fontSize: 13,
      fontWeight: 'bold',
      fontFamily: FONT,
      rotate: 0,
      padding: [1, 8],
      backgroundColor: palette.background,
    },
    // Inside the picture on whichever side has room; each a line lower than the one before.
    data: found.map((mark, index) => ({
      xAxis: mark.at,
      label: {
        formatter: chartWords(mark.label, 28),
        position: 'end',
        align: mark.at > middle ? 'right' : 'left',
        distance: [6, -18 - 18 * index],
      },
    })),
  };
}

/** Shaded stretches, for echarts' `markArea`. */
export function spans(chart: MetricChart, palette: Palette) {
  const last = chart.series.at(-1)?.at;
  const found = chart.marks.filter((mark) => mark.kind === 'span').slice(0, MOST_MARKS);
  return {
    silent: true,
    itemStyle: { color: palette.anomaly },
    label: { show: true, position: 'top', color: palette.text, fontSize: 13, fontFamily: FONT },
    data: found.map((mark) => [
      { xAxis: mark.from, name: chartWords(mark.label, 28) },
      { xAxis: mark.to ?? last ?? mark.from },
    ]),
  };
}

function middleOf(chart: MetricChart): number {
  const [first, last] = [chart.series[0]?.at ?? 0, chart.series.at(-1)?.at ?? 0];
  return first + (last - first) / 2;
}
