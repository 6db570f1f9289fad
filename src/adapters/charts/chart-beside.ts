import type { ChartBeside, MetricChart } from './chart-spec.ts';
import { chartWords } from './chart-words.ts';
import type { Palette } from './palette.ts';

const MOST = 4;
const BAR_WIDTH = 4;

const shownOf = ({ beside }: MetricChart): ChartBeside[] => (beside ?? []).slice(0, MOST);
export const besideName = ({ name }: Pick<ChartBeside, 'name'>): string => chartWords(name, 32);

export const besideLegend = (chart: MetricChart, icons: { line: string; bound: string }) =>
  shownOf(chart).map((one) => ({ name: besideName(one), icon: one.as === 'bars' ? 'rect' : icons[one.as] }));

/** What is drawn beside the metric: lines, dashed ones for what it is held against, and bars for what happened at once. */
export function besideSeries(chart: MetricChart, palette: Palette) {
  return shownOf(chart).map((one, index) => {
    const name = besideName(one);
    if (one.as === 'bars') {
      // Nothing happened: nothing is drawn.
      const data = one.points.filter(({ value }) => value > 0).map(({ at, value }) => [at, value]);
      const itemStyle = { color: palette.bars };
      return { type: 'bar', name, barWidth: BAR_WIDTH, silent: true, z: 3, itemStyle, data };
    }
    const color = palette.beside[index % palette.beside.length];
    return {
      type: 'line',
      name,
      symbol: 'none',
      connectNulls: false,
      ...(chart.whole ? { step: 'end' } : {}),
      // What it is held against is seen where the two are the same.
      z: one.as === 'bound' ? 6 : 4,
      lineStyle: { width: 2, color, type: one.as === 'bound' ? 'dashed' : 'solid' },
      itemStyle: { color },
      data: one.points.map(({ at, value }) => [at, Number.isFinite(value) ? value : null]),
    };
  });
}
