import type { EChartsCoreOption } from 'echarts/core';
import { headOf } from '../../domain/cut-text.ts';
import { atLeastPercent } from '../../domain/figures.ts';
import type { AffectedNode, AffectedPart } from '../../domain/types/diagnosis.ts';
import type { GraphPicture } from '../../ports/charts.ts';
import { chartWords, FONT } from './chart-words.ts';
import { type Box, layOut, type Route } from './graph-layout.ts';
import { type GraphPalette, graphPaletteOf, type NodePaint } from './graph-palette.ts';

export const GRAPH_WIDTH = 640;
const MARGIN = 20;
const TOP = 84;
const BOTTOM = 54;
const SECOND_LINE = 20;
const NAME_PX = 17;
const LINE_PX = 14;
const LINE_STEP = 20;
/** DejaVu Sans is so wide on average, per px of its size. */
const BOLD_EM = 0.68;
const PLAIN_EM = 0.585;

/** What each state of health looks like besides its colour. All are in DejaVu Sans. */
const MARKS: Record<AffectedNode['health'], string> = { abnormal: '▲', changed: '◆', normal: '✔', unknown: '?' };
const LEGEND = '▲ not normal    ◆ changed    ✔ normal    ? no data    caller → called';

/** Everything that is drawn, for echarts, and how high it is in CSS px. Pure. */
export function graphOption(picture: GraphPicture): { option: EChartsCoreOption; height: number } {
  const palette = graphPaletteOf(picture.darkMode);
  const { nodes, edges, more } = picture.part;
  const layout = layOut(
    nodes.map((node) => ({ name: node.name, height: 42 + LINE_STEP * linesOf(node).length })),
    edges,
    GRAPH_WIDTH,
    TOP,
  );
  const left = more > 0 ? [`and ${more} neighbours more, not shown`] : [];
  const height = layout.height + BOTTOM + SECOND_LINE * left.length;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const hot = hotEdges(picture.part);
  const elements = [
    text(picture.title, 20, { size: 19, bold: true, fill: palette.text }),
    text(picture.subtitle, 48, { size: 15, bold: false, fill: palette.faint }),
    ...layout.routes.flatMap((route) => line(route, hot.has(`${route.from}\n${route.to}`), palette)),
    ...layout.boxes.flatMap((box) => card(byName.get(box.name)!, box, palette)),
    ...[LEGEND, ...left].map((message, index) =>
      text(message, layout.height + 24 + SECOND_LINE * index, { size: 12.5, bold: false, fill: palette.faint }),
    ),
  ];
  return { option: { animation: false, backgroundColor: palette.background, graphic: { elements } }, height };
}

/** The ways by which the trouble comes up from the cause (or, when none is named, may come): between two that aren't normal. */
function hotEdges({ nodes, edges }: AffectedPart): Set<string> {
  const sick = new Set(nodes.filter((node) => node.health === 'abnormal').map((node) => node.name));
  const cause = nodes.find((node) => node.cause);
  const reached = new Set(cause ? [cause.name] : sick);
  for (const name of reached)
    for (const { from, to } of edges) if (to === name && sick.has(from) && sick.has(to)) reached.add(from);
  const isHot = ({ from, to }: { from: string; to: string }) => sick.has(from) && sick.has(to) && reached.has(to);
  return new Set(edges.filter(isHot).map(({ from, to }) => `${from}\n${to}`));
}

/** What stands below the name. */
function linesOf(node: AffectedNode): string[] {
  return [...rolesOf(node), ...node.signs];
}

function rolesOf(node: AffectedNode): string[] {
  const share = node.probability === null ? '' : ` ${atLeastPercent(node.probability)}`;
  const role = node.cause ? `LIKELY CAUSE${share}` : share && `the cause?${share}`;
  return [node.isSymptom ? 'HURTS' : '', role].filter((message) => message !== '');
}

/** Rounded down, as everywhere: what is shown never claims more than the number. */

const lookOf = (node: AffectedNode, palette: GraphPalette): NodePaint =>
  node.cause ? palette.cause : palette[node.health === 'unknown' ? 'normal' : node.health];

function card(node: AffectedNode, box: Box, palette: GraphPalette) {
  const look = lookOf(node, palette);
  const middle = box.x + box.width / 2;
  const inner = box.width - 20;
  const name = `${MARKS[node.health]} ${node.name}`;
  const roles = rolesOf(node).length;
  return [
    {
      type: 'rect',
      shape: { x: box.x, y: box.y, width: box.width, height: box.height, r: 9 },
      style: {
        fill: look.fill,
        stroke: look.stroke,
        lineWidth: node.cause || node.isSymptom ? 3.5 : 1.5,
        ...(node.health === 'unknown' ? { lineDash: [5, 4] } : {}),
      },
    },
    fitted(name, middle, box.y + 12, inner, { size: NAME_PX, bold: true, fill: look.text }),
    ...linesOf(node).map((message, index) =>
      fitted(message, middle, box.y + 37 + LINE_STEP * index, inner, {
        size: LINE_PX,
        bold: index < roles,
        fill: look.text,
      }),
    ),
  ];
}

type Type = { size: number; bold: boolean; fill: string };

/** Centred words that fit: somewhat smaller first, then cut in the middle, where names differ least. */
function fitted(message: string, x: number, y: number, width: number, { size, bold, fill }: Type) {
  const clean = chartWords(message, 120);
  const em = bold ? BOLD_EM : PLAIN_EM;
  const px = Math.max(size - 5, Math.min(size, width / (em * Math.max(1, clean.length))));
  const most = Math.max(3, Math.floor(width / (em * px) + 1e-6));
  const head = Math.ceil((most - 1) * 0.6);
  const short =
    clean.length <= most ? clean : chartWords(`${headOf(clean, head)}…${clean.slice(head + 1 - most)}`, 120);
  const style = styleOf(short, { size: px, bold, fill });
  return { type: 'text', x, y: y + (size - px) / 2, style: { ...style, align: 'center' } };
}

/** A line of its own, from the left edge; cut at the right one. */
function text(message: string, y: number, type: Type) {
  const most = Math.floor((GRAPH_WIDTH - 2 * MARGIN) / ((type.bold ? BOLD_EM : PLAIN_EM) * type.size));
  return { type: 'text', x: MARGIN, y, style: styleOf(chartWords(message, most), type) };
}

const styleOf = (message: string, { size, bold, fill }: Type) => ({
  text: message,
  fontSize: size,
  fontWeight: bold ? 'bold' : 'normal',
  fontFamily: FONT,
  fill,
});

/** A line from caller to called with its head; the way of the trouble is thicker, and its own colour. */
function line({ points }: Route, hot: boolean, palette: GraphPalette) {
  const stroke = hot ? palette.hot : palette.edge;
  const lineWidth = hot ? 3 : 2;
  const last = points.at(-1)!;
  const before = points.at(-2)!;
  const down = last.y >= before.y;
  const tip = { x: last.x, y: last.y };
  const neck = { x: last.x, y: last.y + (down ? -11 : 11) };
  const way = [...points.slice(0, -1), neck];
  const curves = way.slice(1).map((to, index) => {
    const from = way[index]!;
    const bend = (to.y - from.y) / 2;
    const shape = {
      x1: from.x,
      y1: from.y,
      cpx1: from.x,
      cpy1: from.y + bend,
      cpx2: to.x,
      cpy2: to.y - bend,
      x2: to.x,
      y2: to.y,
    };
    return { type: 'bezierCurve', shape, style: { stroke, lineWidth, fill: 'none' } };
  });
  const head = [
    [tip.x, tip.y],
    [tip.x - 7, neck.y],
    [tip.x + 7, neck.y],
  ];
  return [...curves, { type: 'polygon', shape: { points: head }, style: { fill: stroke } }];
}
