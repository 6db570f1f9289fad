import { describe, expect, it } from 'vitest';
import logPatterns from '../../src/correlators/log-patterns.ts';
import type { LogLine } from '../../src/ports/logs.ts';
import { around, MINUTE, SINCE } from './incident-context.ts';

const line = (text: string, at: number, severe = false, source = 'a'): LogLine => ({ at, source, text, severe });
/** Everyday lines, each with other numbers. */
const everyday = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => line(`GET /pay/${i} 200 in ${i % 17} ms`, from + i * 500));
const normal = [50, 35, 20, 5].map((minutes) => everyday(SINCE - minutes * MINUTE, 200));
const of = (incident: LogLine[], before = normal) =>
  logPatterns.correlate(around({ serviceLogs: [{ service: 'payment-api', normal: before, incident }] }));

describe('log_patterns', () => {
  it('tells a line that was never there before, from when it came first', () => {
    const fresh = Array.from({ length: 30 }, (_, i) =>
      line(`connect to db-${i} failed: connection refused`, SINCE + i * 1_000, true),
    );
    const [finding, ...rest] = of([...everyday(SINCE, 100), ...fresh]);
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'log',
      what: 'log_pattern',
      at: SINCE,
      about: { kind: 'Deployment', name: 'payment-api' },
      message: expect.stringMatching(
        /connect to .* failed: connection refused” new in its log, 30 of the last 130 lines/,
      ),
    });
    expect(finding?.strength).toBeGreaterThan(0.9);
  });

  it('tells an error that surges, with the shares before and now', () => {
    const failing = (count: number, at: number) =>
      Array.from({ length: count }, (_, i) => line(`payment ${i} declined by the bank`, at + i, true));
    const before = normal.map((period, i) => [...period, ...failing(2, SINCE - (50 - 15 * i) * MINUTE)]);
    const [finding] = of([...everyday(SINCE, 100), ...failing(100, SINCE)], before);
    expect(finding?.message).toMatch(/declined by the bank” 0\.99 % → 50 % of its log lines/);
  });

  it('is silent when all is as ever, and about harmless lines that only get commoner', () => {
    expect(of(everyday(SINCE, 300))).toEqual([]);
    const harmless = (count: number) => Array.from({ length: count }, (_, i) => line(`cache warmed ${i}`, SINCE + i));
    expect(of([...everyday(SINCE, 100), ...harmless(60)], [[...everyday(0, 100), ...harmless(3)]])).toEqual([]);
    expect(of([])).toEqual([]);
    expect(of([line('boom', SINCE, true)], [[], []])).toEqual([]);
  });

  it('folds a stack trace into one pattern, also when pods write at the same time', () => {
    const trace = (source: string, i: number) => [
      line(`order ${i} failed: java.lang.IllegalStateException: no stock`, SINCE + i * 10, true, source),
      line('\tat shop.Stock.take(Stock.java:53)', SINCE + i * 10, false, source),
      line('Caused by: java.io.IOException: disk', SINCE + i * 10, false, source),
      line('\tat shop.Disk.read(Disk.java:7)', SINCE + i * 10, false, source),
    ];
    const both = Array.from({ length: 20 }, (_, i) => {
      const [a, b] = [trace('a', i), trace('b', i)];
      return a.flatMap((one, part) => [one, b[part]!]);
    }).flat();
    const findings = of([...everyday(SINCE, 60), ...both]);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toContain('no stock ⟵ Caused by: java.io.IOException: disk ⟵ at shop.Disk.read');
    expect(findings[0]?.message).toContain('40 of the last 100 lines');
  });

  it('ends a Python traceback with its error', () => {
    const traceback = Array.from({ length: 20 }, (_, i) => [
      line('Traceback (most recent call last):', SINCE + i, true),
      line('  File "pay.py", line 3, in charge', SINCE + i),
      line('ValueError: negative amount', SINCE + i),
    ]).flat();
    const [finding] = of([...everyday(SINCE, 40), ...traceback]);
    expect(finding?.message).toContain('Traceback (most recent call last): ⟵ ValueError: negative amount');
  });

  it('masks secrets, and is bounded however long a line is', () => {
    const leaking = Array.from({ length: 20 }, (_, i) =>
      line(`login failed password=hunter2 for someone@example.com ${'x'.repeat(50_000)}`, SINCE + i, true),
    );
    const message = of([...everyday(SINCE, 40), ...leaking])[0]?.message ?? '';
    expect(message).toContain('login failed');
    expect(message).not.toMatch(/hunter2|someone@/);
    expect(message.length).toBeLessThan(300);
  });
});
