import { describe, expect, it } from 'vitest';
import { TIMELINE_WIDTH, type TimelineBar, timelineOption } from '../../../src/adapters/charts/timeline-option.ts';

const FROM = Date.UTC(2026, 5, 4, 18);
const HOUR = 3_600_000;

type Element = { type: string; shape?: Record<string, number>; style: { text?: string; lineDash?: number[] } };
const drawn = (bars: TimelineBar[], more = 0) => {
  const lanes = [{ name: 'payment-api', bars }];
  const picture = { title: 'T', subtitle: 'S', from: FROM, to: FROM + 4 * HOUR, lanes, more, darkMode: false };
  const { option, height } = timelineOption(picture);
  const { elements } = option.graphic as { elements: Element[] };
  return { elements, height, texts: elements.flatMap(({ style }) => style.text ?? []) };
};
const bar = (from: number, to: number | null, more: Partial<TimelineBar> = {}): TimelineBar => ({
  ...{ from: FROM + from * HOUR, to: to === null ? null : FROM + to * HOUR },
  ...{ kind: 'ask', label: 'rollback deployment', needless: false },
  ...more,
});
const bars = (elements: Element[]) => elements.filter(({ type, shape }) => type === 'rect' && (shape?.y ?? 0) > 100);

describe('a timeline of incidents', () => {
  it('draws each from its beginning to its end, to scale', () => {
    const [first, second] = bars(drawn([bar(0, 1), bar(2, 4)]).elements);
    expect(second!.shape!.width! / first!.shape!.width!).toBeCloseTo(2, 5);
    expect(second!.shape!.x! + second!.shape!.width!).toBeLessThanOrEqual(TIMELINE_WIDTH);
  });

  it('draws what is not over to the edge, and what was short large enough to see', () => {
    const [short, open] = bars(drawn([bar(0, 0.001), bar(1, null)]).elements);
    expect(short!.shape!.width).toBeGreaterThan(5);
    expect(open!.shape!.x! + open!.shape!.width!).toBe(TIMELINE_WIDTH - 24);
  });

  it('marks a needless step otherwise than by colour alone', () => {
    const [needless, needed] = bars(drawn([bar(0, 1, { needless: true }), bar(2, 3)]).elements);
    expect(needless!.style.lineDash).toBeDefined();
    expect(needed!.style.lineDash).toBeUndefined();
  });

  it('leaves words out rather than let them run into one another, and says what it leaves out', () => {
    const { texts } = drawn([bar(0, 0.1), bar(0.1, 0.2), bar(3, 3.5)], 7);
    expect(texts.filter((text) => text.startsWith('? rollback'))).toHaveLength(2);
    expect(texts).toContain('and 7 services more, not shown');
  });

  it('says the times in UTC, at most twelve', () => {
    const times = drawn([bar(0, 1)]).texts.filter((text) => text.endsWith(' UTC'));
    expect(times[0]).toBe('18:00 UTC');
    expect(times.length).toBeLessThanOrEqual(12);
  });
});
