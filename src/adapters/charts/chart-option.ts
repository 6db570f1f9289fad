import type { EChartsCoreOption } from 'echarts/core';
import { axisLabel, utcTime } from './axis-label.ts';
import { type Palette, paletteOf } from './palette.ts';

/** A metric as a picture. Instants are epoch ms; gaps are points whose value isn't finite. */
export type MetricChart = {
  title: string;
  /** `s`, `ratio`, `bytes`, `1/s`, `` or a word of its own. */
  unit: string;
  series: { at: number; value: number }[];
  /** What is normal at each instant; null when there is no baseline. */
  band: { at: number; low: number; high: number }[] | null;
  marks: ChartMark[];
  darkMode: boolean;
};

export type ChartMark =
  /** Something that happened: a rollout, an approval. */
  | { kind: 'moment'; at: number; label: string }
  /** Time that isn't normal; `to` null: still going on. */
  | { kind: 'span'; from: number; to: number | null; label: string };

export const FONT = 'DejaVu Sans';

/** Everything that is drawn, for echarts. Pure. */
export function chartOption(chart: MetricChart): EChartsCoreOption {
  const palette = paletteOf(chart.darkMode);
  return {
    animation: false,
    backgroundColor: palette.background,
    textStyle: { fontFamily: FONT, color: palette.text },
    useUTC: true,
    title: {
      text: words(chart.title, 60),
      left: 16,
      top: 12,
      textStyle: { fontSize: 18, fontWeight: 'bold', color: palette.text },
    },
    legend: legend(chart, palette),
    grid: { left: 14, right: 26, top: 86, bottom: 14, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: timeAxis(palette),
    yAxis: valueAxis(chart, palette),
    series: [...bandSeries(chart, palette), metricSeries(chart, palette)],
  };
}

const METRIC = 'measured';
const NORMAL = 'normal at this time';
/** A stroke, as in the picture; the library's own has a dot that the picture has not. */
const DASH = 'path://M0,5L24,5L24,9L0,9Z';

function legend(chart: MetricChart, palette: Palette) {
  const metric = { name: METRIC, icon: DASH };
  const data = chart.band ? [metric, { name: NORMAL, icon: 'rect' }] : [metric];
  return { data, left: 12, top: 42, itemGap: 18, textStyle: { color: palette.faint, fontSize: 13, fontFamily: FONT } };
}

function timeAxis(palette: Palette) {
  return {
    type: 'time',
    axisLabel: {
      color: palette.faint,
      fontSize: 13,
      hideOverlap: true,
      formatter: (at: number) => `${utcTime(at)} UTC`,
    },
    axisLine: { lineStyle: { color: palette.grid } },
    axisTick: { show: false },
    splitLine: { show: false },
    splitNumber: 4,
  };
}

function valueAxis(chart: MetricChart, palette: Palette) {
  return {
    type: 'value',
    // Zero belongs to it unless everything is far away from it.
    scale: false,
    splitNumber: 4,
    axisLabel: {
      color: palette.faint,
      fontSize: 13,
      formatter: (value: number) => axisLabel(value, words(chart.unit, 12)),
    },
    splitLine: { lineStyle: { color: palette.grid } },
  };
}

/** The band is an invisible line at its foot with its height stacked on it. */
function bandSeries(chart: MetricChart, palette: Palette) {
  if (!chart.band) return [];
  const known = chart.band.filter((one) => Number.isFinite(one.low) && Number.isFinite(one.high));
  const plain = {
    type: 'line',
    stack: 'band',
    stackStrategy: 'all',
    symbol: 'none',
    silent: true,
    lineStyle: { opacity: 0 },
  };
  return [
    { ...plain, name: 'foot', data: known.map((one) => [one.at, one.low]) },
    {
      ...plain,
      name: NORMAL,
      itemStyle: { color: palette.band },
      areaStyle: { color: palette.band },
      data: known.map((one) => [one.at, Math.max(0, one.high - one.low)]),
    },
  ];
}

function metricSeries(chart: MetricChart, palette: Palette) {
  const data = chart.series.map((point) => [point.at, Number.isFinite(point.value) ? point.value : null]);
  const alone = data.length === 1;
  return {
    type: 'line',
    name: METRIC,
    symbol: alone ? 'circle' : 'none',
    connectNulls: false,
    z: 5,
    lineStyle: { width: 3, color: palette.line },
    itemStyle: { color: palette.line },
    data,
    markLine: moments(chart, palette),
    markArea: spans(chart, palette),
  };
}

const MOST_MARKS = 6;

function moments(chart: MetricChart, palette: Palette) {
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
        formatter: words(mark.label, 28),
        position: 'end',
        align: mark.at > middle ? 'right' : 'left',
        distance: [6, -18 - 18 * index],
      },
    })),
  };
}

function spans(chart: MetricChart, palette: Palette) {
  const last = chart.series.at(-1)?.at;
  const found = chart.marks.filter((mark) => mark.kind === 'span').slice(0, MOST_MARKS);
  return {
    silent: true,
    itemStyle: { color: palette.anomaly },
    label: { show: true, position: 'top', color: palette.text, fontSize: 13, fontFamily: FONT },
    data: found.map((mark) => [
      { xAxis: mark.from, name: words(mark.label, 28) },
      { xAxis: mark.to ?? last ?? mark.from },
    ]),
  };
}

function middleOf(chart: MetricChart): number {
  const [first, last] = [chart.series[0]?.at ?? 0, chart.series.at(-1)?.at ?? 0];
  return first + (last - first) / 2;
}

/** Outside text: one line, nothing that XML can't hold, bounded. */
function words(text: string, most: number): string {
  const clean = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\uFFFE\uFFFF]/gu, ' ')
    .trim();
  return clean.length <= most ? clean : `${clean.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
