import { Resvg } from '@resvg/resvg-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphChart } from '../../../src/adapters/charts/graph-chart.ts';
import { layOut } from '../../../src/adapters/charts/graph-layout.ts';
import { GRAPH_WIDTH, graphOption } from '../../../src/adapters/charts/graph-option.ts';
import type { AffectedNode } from '../../../src/domain/types/diagnosis.ts';
import type { GraphPicture } from '../../../src/ports/charts.ts';

const node = (name: string, over: Partial<AffectedNode> = {}): AffectedNode => ({
  name,
  health: 'normal',
  signs: [],
  isSymptom: false,
  probability: null,
  cause: false,
  ...over,
});
const picture = (over: Partial<GraphPicture> = {}): GraphPicture => ({
  title: 'payment-api: the affected part',
  subtitle: 'Likely cause: ledger-db (82 %)',
  part: {
    nodes: [
      node('payment-api', { health: 'abnormal', isSymptom: true, signs: ['latency 180 ms → 2.8 s'] }),
      node('ledger-db', { health: 'abnormal', cause: true, probability: 0.829 }),
      node('fraud-check'),
    ],
    edges: [
      { from: 'payment-api', to: 'ledger-db' },
      { from: 'payment-api', to: 'fraud-check' },
    ],
    more: 0,
  },
  darkMode: false,
  ...over,
});

/** The words in the drawing, top to bottom. */
function wordsOf(given: GraphPicture): string[] {
  const { graphic } = graphOption(given).option as { graphic: { elements: { style?: { text?: string } }[] } };
  return graphic.elements.flatMap((element) => element.style?.text ?? []);
}

function pixelsOf(png: Buffer): Uint8Array {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image width="${width}" height="${height}" href="data:image/png;base64,${png.toString('base64')}"/></svg>`;
  return new Resvg(svg).render().pixels;
}

function countOf(pixels: Uint8Array, [r, g, b]: readonly [number, number, number]): number {
  let count = 0;
  for (let at = 0; at < pixels.length; at += 4)
    if (pixels[at] === r && pixels[at + 1] === g && pixels[at + 2] === b) count += 1;
  return count;
}

describe('the graph', () => {
  it('is a PNG of twice the size, with the cause in its own colour, what is fine in grey, and words', async () => {
    const png = await graphChart(picture());
    expect(png.readUInt32BE(16)).toBe(2 * GRAPH_WIDTH);
    const pixels = pixelsOf(png);
    expect(countOf(pixels, [0xa3, 0x21, 0x1a])).toBeGreaterThan(10_000);
    expect(countOf(pixels, [0xf3, 0xf3, 0xf5])).toBeGreaterThan(10_000);
    expect(countOf(pixels, [0x1d, 0x1c, 0x1d])).toBeGreaterThan(500);
    const dark = pixelsOf(await graphChart(picture({ darkMode: true })));
    expect([...dark.subarray(0, 4)]).toEqual([0x1a, 0x1d, 0x21, 255]);
  });

  it('never tells by colour alone: a mark and words say who hurts, who is the cause, and how each is', () => {
    const part = {
      ...picture().part,
      nodes: [...picture().part.nodes, node('cache', { health: 'changed' }), node('mail', { health: 'unknown' })],
    };
    const message = wordsOf(picture({ part }));
    for (const expected of [
      '▲ payment-api',
      'HURTS',
      'latency 180 ms → 2.8 s',
      '▲ ledger-db',
      '✔ fraud-check',
      '◆ cache',
      '? mail',
    ])
      expect(message).toContain(expected);
    expect(message).toContain('LIKELY CAUSE 82 %');
    expect(message.join()).not.toContain('more, not shown');
    expect(wordsOf(picture({ part: { ...part, more: 3 } })).at(-1)).toBe('and 3 neighbours more, not shown');
  });

  it('puts callers above those they call, apart from one another, within the width', () => {
    const names = fc.constantFrom(...'abcdefghijkl');
    fc.assert(
      fc.property(fc.array(fc.tuple(names, names), { maxLength: 30 }), (pairs) => {
        const nodes = [...'abcdefghijkl'].map((name, index) => ({ name, height: 42 + 20 * (index % 4) }));
        const edges = [...new Map(pairs.map(([from, to]) => [from + to, { from, to }])).values()].filter(
          ({ from, to }) => from < to,
        );
        const { boxes, routes, height } = layOut(nodes, edges, GRAPH_WIDTH, 80);
        const at = new Map(boxes.map((box) => [box.name, box]));
        expect(at.size).toBe(12);
        for (const box of boxes) {
          expect(box.x).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width).toBeLessThanOrEqual(GRAPH_WIDTH);
          expect(box.width).toBeGreaterThan(60);
          expect(box.y + box.height).toBeLessThanOrEqual(height);
        }
        for (const { from, to } of edges) expect(at.get(from)!.y + at.get(from)!.height).toBeLessThan(at.get(to)!.y);
        for (const [index, one] of boxes.entries())
          for (const other of boxes.slice(index + 1)) {
            const apart =
              one.x + one.width <= other.x ||
              other.x + other.width <= one.x ||
              one.y + one.height <= other.y ||
              other.y + other.height <= one.y;
            expect(apart).toBe(true);
          }
        expect(routes.map(({ from, to }) => ({ from, to }))).toEqual(edges);
        expect(routes.every(({ points }) => points.length >= 2)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('draws circles with an arrow each way', () => {
    const edges = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
    ];
    const nodes = ['a', 'b'].map((name) => ({ name, height: 42 }));
    const [there, back] = layOut(nodes, edges, GRAPH_WIDTH, 80).routes;
    const y = (route: typeof there) => route!.points.map((point) => point.y);
    expect(Math.sign(y(there).at(-1)! - y(there)[0]!)).toBe(-Math.sign(y(back).at(-1)! - y(back)[0]!));
  });

  it('takes any words as words', { timeout: 60_000 }, async () => {
    const message = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.constantFrom('<script>', '</text>', '&amp;', '{a|b}', '\ud800', '\u0000', ']]>', '"', 'x'.repeat(300)),
    );
    await fc.assert(
      fc.asyncProperty(message, message, fc.boolean(), async (name, sign, darkMode) => {
        const nodes = [node(name, { signs: [sign, sign], isSymptom: true, cause: true, probability: 0.5 }), node('b')];
        const edges = [{ from: name, to: 'b' }].filter(({ from, to }) => from !== to);
        const part = { nodes, edges, more: 1 };
        const png = await graphChart({ title: sign, subtitle: name, part, darkMode });
        expect(png.readUInt32BE(16)).toBe(2 * GRAPH_WIDTH);
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
