import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLine, type Line, type Urgency } from '../../../src/adapters/slack/channel-line.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

let went: { name: string; at: number }[];
const start = () => performance.now();
function lineWith(most = 10) {
  went = [];
  const began = start();
  const line = createLine({ everyMs: 1_000, most });
  const ask = (name: string, urgency: Urgency, edits: string | null = null) =>
    line.turn(urgency, edits).then((turn) => went.push({ name: `${name} ${turn}`, at: performance.now() - began }));
  return { line, ask };
}
const names = () => went.map(({ name }) => name);

describe('the line before a channel', () => {
  it('lets one go a second, questions first, details last, and among equals who came first', async () => {
    const { ask } = lineWith();
    for (const urgency of ['edit', 'detail', 'post', 'edit', 'question', 'post'] as const) void ask(urgency, urgency);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(names()).toEqual(['edit go', 'question go', 'post go', 'post go', 'edit go', 'detail go']);
    for (const [index, { at }] of went.entries()) expect(at).toBeGreaterThanOrEqual(index * 1_000);
  });

  it('has the newest edit of a message take the place of the one that waits', async () => {
    const { ask } = lineWith();
    void ask('first', 'post');
    for (const name of ['a1', 'a2', 'a3']) void ask(name, 'edit', 'a');
    void ask('b1', 'edit', 'b');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(names()).toEqual(['first go', 'a1 replaced', 'a2 replaced', 'a3 go', 'b1 go']);
  });

  it('waits as long as Slack asks, and goes on by itself', async () => {
    const { line, ask } = lineWith();
    void ask('first', 'post');
    line.hold(7_000);
    void ask('second', 'post');
    await vi.advanceTimersByTimeAsync(6_900);
    expect(names()).toEqual(['first go']);
    await vi.advanceTimersByTimeAsync(200);
    expect(names()).toEqual(['first go', 'second go']);
  });

  it('turns away who comes behind too many, but never a question', async () => {
    const { line, ask }: { line: Line; ask: ReturnType<typeof lineWith>['ask'] } = lineWith(2);
    for (const name of ['1', '2', '3', '4']) void ask(name, 'edit');
    void ask('q', 'question');
    await vi.advanceTimersByTimeAsync(0);
    expect(names()).toEqual(['1 go', '4 full']);
    expect(line.waitMs()).toBeGreaterThan(2_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(names()[2]).toBe('q go');
  });
});
