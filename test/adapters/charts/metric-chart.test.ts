import { Resvg } from '@resvg/resvg-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisLabel, utcTime } from '../../../src/adapters/charts/axis-label.ts';
import { chartOption } from '../../../src/adapters/charts/chart-option.ts';
import type { MetricChart } from '../../../src/adapters/charts/chart-spec.ts';
import { metricChart } from '../../../src/adapters/charts/metric-chart.ts';

const T0 = Date.UTC(2026, 10, 20, 2, 0);
const MIN = 60_000;

function chart(over: Partial<MetricChart> = {}): MetricChart {
  const series = Array.from({ length: 60 }, (_, minute) => ({
    at: T0 + minute * MIN,
    value: minute < 40 ? 0.25 : 2.8,
  }));
  return {
    title: 'payment-api · p99 latency',
    unit: 's',
    series,
    band: series.map(({ at }) => ({ at, low: 0.18, high: 0.32 })),
    marks: [
      { kind: 'moment', at: T0 + 38 * MIN, label: 'rollout 14' },
      { kind: 'span', from: T0 + 40 * MIN, to: null, label: 'not normal' },
    ],
    darkMode: false,
    ...over,
  };
}

type Picture = { width: number; height: number; pixels: Uint8Array };

/** Width and height from the PNG's header; pixels by drawing it again. */
function read(png: Buffer): Picture {
  expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image width="${width}" height="${height}" href="data:image/png;base64,${png.toString('base64')}"/></svg>`;
  return { width, height, pixels: new Resvg(svg).render().pixels };
}

function countOf({ pixels }: Picture, isOne: (r: number, g: number, b: number) => boolean): number {
  let count = 0;
  for (let at = 0; at < pixels.length; at += 4)
    if (isOne(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0)) count += 1;
  return count;
}

const near = (r: number, g: number, b: number) => (x: number, y: number, z: number) =>
  Math.abs(r - x) + Math.abs(g - y) + Math.abs(b - z) < 24;

describe('a chart', () => {
  it('is a PNG at twice the size, with its line, its words and its marks to be seen', async () => {
    const picture = read(await metricChart(chart()));
    expect([picture.width, picture.height]).toEqual([1280, 760]);
    expect(countOf(picture, near(0x12, 0x64, 0xa3))).toBeGreaterThan(2_000);
    expect(countOf(picture, near(0x1d, 0x1c, 0x1d))).toBeGreaterThan(1_500);
    expect(countOf(picture, near(0x8a, 0x3f, 0xfc))).toBeGreaterThan(800);
    const beside = read(
      await metricChart(
        chart({
          unit: 'ratio',
          whole: true,
          name: 'ready pods',
          beside: [
            { name: 'wanted', as: 'bound', points: chart().series.map(({ at }) => ({ at, value: 1 })) },
            { name: 'restarts', as: 'bars', points: chart().series.filter((_, minute) => minute > 40) },
          ],
        }),
      ),
    );
    expect(countOf(beside, near(0xa1, 0x50, 0x0b))).toBeGreaterThan(500);
    expect(countOf(beside, near(0xc4, 0x32, 0x1f))).toBeGreaterThan(2_000);
    const bare = read(await metricChart(chart({ title: '' })));
    expect(countOf(bare, near(0x1d, 0x1c, 0x1d))).toBeLessThan(countOf(picture, near(0x1d, 0x1c, 0x1d)));
  });

  it('has a background of its own, so that it reads on a dark and on a light page', async () => {
    const corner = ({ pixels }: Picture) => [...pixels.subarray(0, 4)];
    expect(corner(read(await metricChart(chart())))).toEqual([255, 255, 255, 255]);
    expect(corner(read(await metricChart(chart({ darkMode: true }))))).toEqual([0x1a, 0x1d, 0x21, 255]);
  });

  it('draws what there is: no band, no points, one point, gaps', async () => {
    const gaps = chart().series.map((point, index) => (index % 7 === 0 ? { ...point, value: Number.NaN } : point));
    for (const over of [
      { band: null },
      { series: [], marks: [] },
      { series: chart().series.slice(0, 1) },
      { series: gaps },
    ])
      expect(read(await metricChart(chart(over))).width).toBe(1280);
  });

  it('leaves a gap where nothing was measured', () => {
    const option = chartOption(
      chart({
        series: [
          { at: T0, value: 1 },
          { at: T0 + MIN, value: Number.NaN },
          { at: T0 + 2 * MIN, value: 1 },
        ],
      }),
    ) as { series: { name: string; data: unknown[]; connectNulls?: boolean }[] };
    const metric = option.series.find((one) => one.name === 'measured');
    expect(metric).toMatchObject({
      connectNulls: false,
      data: [
        [T0, 1],
        [T0 + MIN, null],
        [T0 + 2 * MIN, 1],
      ],
    });
  });

  it('takes any words as words', { timeout: 60_000 }, async () => {
    const message = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.constantFrom('<script>', '</text>', '&amp;', '{a|b}', '\ud800', '\u0000', ']]>', '%s'),
    );
    await fc.assert(
      fc.asyncProperty(message, message, fc.boolean(), async (title, label, darkMode) => {
        const marks: MetricChart['marks'] = [
          { kind: 'moment', at: T0, label },
          { kind: 'span', from: T0, to: T0 + MIN, label },
        ];
        const png = await metricChart(chart({ title, unit: label, marks, darkMode }));
        expect(png.readUInt32BE(16)).toBe(1280);
      }),
      {
        numRuns: 15,
        examples: [
          ['__proto__', '__proto__', false],
          ['constructor', 'toString', true],
        ],
      },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('the axis', () => {
  it('is labelled in the metric’s unit', () => {
    expect([axisLabel(2.5, 's'), axisLabel(0.25, 's'), axisLabel(0, 's')]).toEqual(['2.5 s', '250 ms', '0 s']);
    expect([axisLabel(0.5, 'ratio'), axisLabel(536_870_912, 'bytes'), axisLabel(0, 'bytes')]).toEqual([
      '50 %',
      '512 MiB',
      '0 B',
    ]);
    expect([axisLabel(12_000, '1/s'), axisLabel(3, 'restarts'), axisLabel(2_000_000, '')]).toEqual([
      '12 k/s',
      '3 restarts',
      '2 M',
    ]);
    expect(utcTime(T0)).toBe('02:00');
  });
});

describe('a chart of what is foretold', () => {
  const ahead = Array.from({ length: 24 }, (_, hour) => ({ at: T0 + (60 + hour * 60) * MIN, value: 1 + hour / 10 }));
  const band = ahead.map(({ at, value }) => ({ at, low: value / 2, high: 2 * value }));

  it('has a dashed line after the measured one, and calls its band an interval', async () => {
    const option = chartOption(chart({ ahead, band }));
    const lines = option.series as { name: string; lineStyle: { type?: string }; data: unknown[] }[];
    expect(lines.map(({ name }) => name)).toEqual(['foot', 'in 95 of 100 cases', 'foretold', 'measured']);
    expect(lines[2]).toMatchObject({ lineStyle: { type: 'dashed' }, data: ahead.map(({ at, value }) => [at, value]) });
    expect(JSON.stringify(option.legend)).not.toContain('normal at this time');
    const plain = read(await metricChart(chart({ series: [], marks: [] })));
    const drawn = read(await metricChart(chart({ series: [], marks: [], ahead, band })));
    const blue = near(0x12, 0x64, 0xa3);
    expect(countOf(drawn, blue)).toBeGreaterThan(countOf(plain, blue) + 1_000);
  });
});
