import type { EChartsCoreOption } from 'echarts/core';
import { chartWords, FONT } from './chart-words.ts';
import { graphPaletteOf } from './graph-palette.ts';

/** Incidents over time, a lane a service. Instants are epoch ms. */
export type TimelinePicture = {
  title: string;
  subtitle: string;
  from: number;
  to: number;
  lanes: { name: string; bars: TimelineBar[] }[];
  /** Lanes that are left out. */
  more: number;
  darkMode: boolean;
};
export type TimelineBar = {
  from: number;
  /** Null: not over. */
  to: number | null;
  kind: 'auto' | 'ask' | 'escalate' | 'watched';
  /** The step, one or two words. */
  label: string;
  needless: boolean;
};

export const TIMELINE_WIDTH = 960;
const LEFT = 170;
const RIGHT = 24;
const TOP = 108;
const LANE = 46;
const BAR = 20;
const LEAST_WIDTH = 7;
const EM = 0.6;
const LABEL_PX = 12;

/** Told apart by lightness and by a sign, not by hue alone. */
const KINDS: Record<TimelineBar['kind'], { fill: string; sign: string; message: string }> = {
  auto: { fill: '#1264a3', sign: '▶', message: 'by itself' },
  ask: { fill: '#e0a93a', sign: '?', message: 'asked' },
  escalate: { fill: '#a3211a', sign: '▲', message: 'to a person' },
  watched: { fill: '#b9b9c2', sign: '·', message: 'only watched' },
};

/** Everything that is drawn, for echarts, and how high it is in CSS px. Pure. */
export function timelineOption(picture: TimelinePicture): { option: EChartsCoreOption; height: number } {
  const palette = graphPaletteOf(picture.darkMode);
  const span = Math.max(1, picture.to - picture.from);
  const width = TIMELINE_WIDTH - LEFT - RIGHT;
  const xOf = (at: number) => LEFT + Math.max(0, Math.min(1, (at - picture.from) / span)) * width;
  const bottom = TOP + picture.lanes.length * LANE;
  const text = (message: string, x: number, y: number, size: number, fill: string, more: object = {}) => ({
    type: 'text',
    x,
    y,
    style: { text: message, fill, fontSize: size, fontFamily: FONT, ...more },
  });
  const elements = [
    text(chartWords(picture.title, 90), 20, 18, 18, palette.text, { fontWeight: 'bold' }),
    text(chartWords(picture.subtitle, 120), 20, 46, 13, palette.faint),
    ...legend(palette.text, palette.hot),
    ...ticks(picture.from, picture.to).flatMap((at) => [
      {
        type: 'line',
        shape: { x1: xOf(at), y1: TOP, x2: xOf(at), y2: bottom },
        style: { stroke: palette.normal.stroke, lineWidth: 1 },
      },
      text(tickWords(at, span), xOf(at), bottom + 8, 12, palette.faint, { align: 'center' }),
    ]),
    ...picture.lanes.flatMap(({ name, bars }, index) => {
      const y = TOP + index * LANE;
      return [
        text(chartWords(name, 19), LEFT - 12, y + 8, 13, palette.text, { align: 'right' }),
        ...bars.flatMap((bar, place) => {
          const next = bars[place + 1];
          return drawn(bar, xOf, y, next ? xOf(next.from) : TIMELINE_WIDTH - RIGHT, palette.text, palette.hot);
        }),
      ];
    }),
    ...(picture.more > 0
      ? [text(`and ${picture.more} services more, not shown`, 20, bottom + 30, 12, palette.faint)]
      : []),
  ];
  return {
    option: { animation: false, backgroundColor: palette.background, graphic: { elements } },
    height: bottom + 56,
  };
}

function drawn(bar: TimelineBar, xOf: (at: number) => number, y: number, nextX: number, ink: string, hot: string) {
  const x = xOf(bar.from);
  const right = bar.to === null ? TIMELINE_WIDTH - RIGHT : xOf(bar.to);
  const width = Math.max(LEAST_WIDTH, right - x);
  const room = Math.floor((nextX - x - 4) / (EM * LABEL_PX));
  const look = KINDS[bar.kind];
  const label = `${look.sign} ${bar.label}`;
  return [
    {
      type: 'rect',
      shape: { x, y: y + 4, width, height: BAR, r: 3 },
      style: {
        fill: look.fill,
        ...(bar.needless ? { stroke: hot, lineWidth: 3, lineDash: [4, 3] } : {}),
        ...(bar.to === null ? { opacity: 0.6 } : {}),
      },
    },
    ...(room >= 7
      ? [
          {
            type: 'text',
            x,
            y: y + 4 + BAR + 3,
            style: { text: chartWords(label, room), fill: ink, fontSize: LABEL_PX, fontFamily: FONT },
          },
        ]
      : []),
  ];
}

function legend(ink: string, hot: string) {
  const entries = [
    ...Object.values(KINDS).map(({ fill, sign, message }) => ({ style: { fill }, message: `${sign} ${message}` })),
    {
      style: { fill: 'transparent', stroke: hot, lineWidth: 3, lineDash: [4, 3] },
      message: 'needless: it went by itself',
    },
  ];
  let x = 20;
  return entries.flatMap(({ style, message }) => {
    const at = x;
    x += 30 + message.length * EM * 13 + 14;
    return [
      { type: 'rect', shape: { x: at, y: 72, width: 18, height: 14, r: 3 }, style },
      { type: 'text', x: at + 25, y: 72, style: { text: message, fill: ink, fontSize: 13, fontFamily: FONT } },
    ];
  });
}

const HOUR = 3_600_000;
const STEPS = [HOUR / 12, HOUR / 4, HOUR / 2, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 7 * 24 * HOUR];

/** Round instants, at most ten. */
function ticks(from: number, to: number): number[] {
  const step = STEPS.find((one) => (to - from) / one <= 10) ?? 28 * 24 * HOUR;
  const found: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to && found.length < 12; at += step) found.push(at);
  return found;
}

const tickWords = (at: number, span: number): string =>
  span > 48 * HOUR ? new Date(at).toISOString().slice(5, 10) : `${new Date(at).toISOString().slice(11, 16)} UTC`;
