import type { EChartsCoreOption } from 'echarts/core';
import { axisLabel, utcTime } from './axis-label.ts';
import { besideLegend, besideSeries } from './chart-beside.ts';
import { moments, spans } from './chart-marks.ts';
import type { MetricChart } from './chart-spec.ts';
import { chartWords, FONT } from './chart-words.ts';
import { type Palette, paletteOf } from './palette.ts';

/** Everything that is drawn, for echarts. Pure. */
export function chartOption(chart: MetricChart): EChartsCoreOption {
  const palette = paletteOf(chart.darkMode);
  return {
    animation: false,
    backgroundColor: palette.background,
    textStyle: { fontFamily: FONT, color: palette.text },
    useUTC: true,
    title: {
      text: chartWords(chart.title, 60),
      left: 16,
      top: 12,
      textStyle: { fontSize: 18, fontWeight: 'bold', color: palette.text },
    },
    legend: legend(chart, palette),
    grid: { left: 14, right: 26, top: 86, bottom: 14, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: timeAxis(palette),
    yAxis: valueAxis(chart, palette),
    series: [
      ...bandSeries(chart, palette),
      ...aheadSeries(chart, palette),
      ...besideSeries(chart, palette),
      metricSeries(chart, palette),
    ],
  };
}

const metricName = ({ name }: MetricChart) => (name === undefined ? 'measured' : chartWords(name, 32));
const NORMAL = 'normal at this time';
const AHEAD = 'foretold';
const INTERVAL = 'in 95 of 100 cases';
/** A stroke, as in the picture; the library's own has a dot that the picture has not. */
const DASH = 'path://M0,5L24,5L24,9L0,9Z';
const DASHES = 'path://M0,5L9,5L9,9L0,9ZM15,5L24,5L24,9L15,9Z';

function legend(chart: MetricChart, palette: Palette) {
  const metric = { name: metricName(chart), icon: DASH };
  const ahead = chart.ahead ? [{ name: AHEAD, icon: DASHES }] : [];
  const beside = besideLegend(chart, { line: DASH, bound: DASHES });
  const data = [metric, ...beside, ...ahead, ...(chart.band ? [{ name: bandName(chart), icon: 'rect' }] : [])];
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
    ...(chart.whole ? { minInterval: 1 } : {}),
    ...(isOfAWhole(chart) ? { max: 1, interval: 0.25 } : {}),
    axisLabel: {
      color: palette.faint,
      fontSize: 13,
      formatter: (value: number) => axisLabel(value, chartWords(chart.unit, 12)),
    },
    splitLine: { lineStyle: { color: palette.grid } },
  };
}

/** A share that is held against all there is: the axis ends there. */
const isOfAWhole = ({ unit, beside, series }: MetricChart): boolean =>
  unit === 'ratio' &&
  (beside ?? []).some(({ as, points }) => as === 'bound' && points.every(({ value }) => value === 1)) &&
  series.every(({ value }) => !(value > 1));

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
      name: bandName(chart),
      itemStyle: { color: palette.band },
      areaStyle: { color: palette.band },
      data: known.map((one) => [one.at, Math.max(0, one.high - one.low)]),
    },
  ];
}

const bandName = ({ ahead }: MetricChart) => (ahead ? INTERVAL : NORMAL);

/** Dashed, so that nobody takes it for measured. */
function aheadSeries({ ahead }: MetricChart, palette: Palette) {
  if (!ahead) return [];
  const data = ahead.filter(({ value }) => Number.isFinite(value)).map(({ at, value }) => [at, value]);
  const lineStyle = { width: 2, type: 'dashed', color: palette.line };
  return [{ type: 'line', name: AHEAD, symbol: 'none', z: 4, lineStyle, itemStyle: { color: palette.line }, data }];
}

function metricSeries(chart: MetricChart, palette: Palette) {
  const data = chart.series.map((point) => [point.at, Number.isFinite(point.value) ? point.value : null]);
  const alone = data.length === 1;
  return {
    type: 'line',
    name: metricName(chart),
    symbol: alone ? 'circle' : 'none',
    connectNulls: false,
    ...(chart.whole ? { step: 'end' } : {}),
    z: 5,
    lineStyle: { width: 3, color: palette.line },
    itemStyle: { color: palette.line },
    data,
    markLine: moments(chart, palette),
    markArea: spans(chart, palette),
  };
}
