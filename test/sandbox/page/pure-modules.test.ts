import { beforeAll, describe, expect, it } from 'vitest';
import { loadPageModule } from './load.ts';

type Dates = {
  formatSlackDate(seconds: number, format: string, nowMs: number, reader?: { zone: string; locale: string }): string;
  agoWords(thenMs: number, nowMs: number): string;
};
type Formats = { seconds(value: number): string; percent(value: number): string; perSecond(value: number): string };
type Point = { x: number; y: number };
type Layout = {
  nodes: Map<string, Point>;
  edges: { from: string; to: string; via: Point[] }[];
  nodeWidth: number;
  nodeHeight: number;
  height: number;
};
type Graphs = { layoutGraph(services: { name: string; calls: string[] }[], width: number): Layout };
type Node = { type: string; [key: string]: unknown };

describe("Slack's dates", () => {
  const at = Date.UTC(2026, 10, 22, 3, 5, 7);
  const reader = { zone: 'Europe/Helsinki', locale: 'en-GB' };
  let dates: Dates;
  beforeAll(async () => {
    dates = await loadPageModule<Dates>('slack-date.mjs');
  });

  it.each([
    ['{time}', '05:05'],
    ['{time_secs}', '05:05:07'],
    ['{date_num} {time}', '2026-11-22 05:05'],
    ['{date_short}', '22 Nov 2026'],
    ['{date_pretty}', 'today'],
    ['{unknown} {ago}', '{unknown} 4 minutes ago'],
  ])('%s is %s in the zone of the reader', (format, words) => {
    expect(dates.formatSlackDate(at / 1000, format, at + 4 * 60_000, reader)).toBe(words);
  });

  it('knows yesterday and tomorrow by the calendar, not by 24 hours', () => {
    const pretty = (ms: number) => dates.formatSlackDate(ms / 1000, '{date_short_pretty}', at, reader);
    expect(pretty(at - 6 * 3_600_000)).toBe('yesterday');
    expect(pretty(at + 23 * 3_600_000)).toBe('tomorrow');
    expect(pretty(at - 48 * 3_600_000)).toBe('20 Nov 2026');
  });

  it('counts time in the unit that fits', () => {
    expect([30_000, 90_000, 2 * 3_600_000, -45_000].map((gone) => dates.agoWords(at - gone, at))).toEqual([
      '30 seconds ago',
      '1 minute ago',
      '2 hours ago',
      'in 45 seconds',
    ]);
  });
});

describe('figures', () => {
  it('have units and two significant digits', async () => {
    const format = await loadPageModule<Formats>('format.mjs');
    expect([0.0042, 0.18, 0.9997, 2.84, 12.34].map(format.seconds)).toEqual([
      '4.2 ms',
      '180 ms',
      '1 s',
      '2.8 s',
      '12 s',
    ]);
    expect([0, 0.001, 0.0213, 0.184, 1].map(format.percent)).toEqual(['0 %', '0.1 %', '2.1 %', '18 %', '100 %']);
    expect([0.523, 41.6, 212.4, Number.NaN].map(format.perSecond)).toEqual(['0.52/s', '42/s', '212/s', '–']);
  });
});

describe('the call graph', () => {
  let layout: Graphs['layoutGraph'];
  beforeAll(async () => {
    layout = (await loadPageModule<Graphs>('graph-layout.mjs')).layoutGraph;
  });
  const shop = [
    { name: 'web', calls: ['checkout', 'catalog', 'db'] },
    { name: 'checkout', calls: ['payment'] },
    { name: 'catalog', calls: ['db', 'elsewhere'] },
    { name: 'payment', calls: ['db'] },
    { name: 'db', calls: [] },
  ];

  it('puts every caller above what it calls', () => {
    const { nodes, edges } = layout(shop, 600);
    expect(edges).toHaveLength(6);
    for (const { from, to } of edges) expect(nodes.get(from)?.y).toBeLessThan(nodes.get(to)?.y ?? 0);
  });

  it.each([340, 640, 1100])('keeps nodes apart and inside %i pixels', (width) => {
    const { nodes, nodeWidth } = layout(shop, width);
    const places = [...nodes.values()];
    for (const { x } of places) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + nodeWidth).toBeLessThanOrEqual(width + 1);
    }
    for (const [i, a] of places.entries()) {
      for (const b of places.slice(i + 1))
        if (a.y === b.y) expect(Math.abs(a.x - b.x)).toBeGreaterThanOrEqual(nodeWidth);
    }
  });

  it('leads a call over several rows around the nodes on its way', () => {
    const { nodes, edges, nodeWidth } = layout(shop, 600);
    const long = edges.find((edge) => edge.from === 'web' && edge.to === 'db');
    expect(long?.via).toHaveLength(2);
    for (const { x, y } of long?.via ?? []) {
      const hit = [...nodes.values()].some(
        (node) => y > node.y && y < node.y + 46 && x > node.x && x < node.x + nodeWidth,
      );
      expect(hit).toBe(false);
    }
  });

  it('comes to an end on a cycle, on a call to itself and on nothing', () => {
    const cycle = layout(
      [
        { name: 'a', calls: ['b', 'a'] },
        { name: 'b', calls: ['a'] },
      ],
      300,
    );
    expect([...cycle.nodes.keys()]).toEqual(['a', 'b']);
    expect(layout([], 300).nodes.size).toBe(0);
  });
});

describe('markdown', () => {
  it('reads headings, lists, tables, fences and inline marks', async () => {
    const { parseMarkdown } = await loadPageModule<{ parseMarkdown(text: string): Node[] }>('markdown.mjs');
    const nodes = parseMarkdown(
      '# Why\n\n- **one**\n- [x] two\n\n| a | b |\n|---|---|\n| 1 | `2` |\n\n```\n*raw*\n```\n> quoted\n\nend [here](https://a.example)',
    );
    expect(nodes.map((node) => node.type)).toEqual(['heading', 'list', 'table', 'pre', 'quote', 'paragraph']);
    expect(nodes[1]).toMatchObject({
      ordered: false,
      items: [{ children: [{ type: 'bold' }] }, { children: [{ text: '☑ ' }, { text: 'two' }] }],
    });
    expect(nodes[2]).toMatchObject({
      head: [[{ text: 'a' }], [{ text: 'b' }]],
      rows: [[[{ text: '1' }], [{ type: 'code', text: '2' }]]],
    });
    expect(nodes[5]).toMatchObject({ children: [{ text: 'end ' }, { type: 'link', url: 'https://a.example' }] });
  });
});
