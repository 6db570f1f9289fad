import { describe, expect, it } from 'vitest';
import { createMiner, learn, MINER_LIMITS, templatesOf } from '../../src/analysis/log-template.ts';

describe('the template miner', () => {
  it('puts lines that differ only in their data into one template', () => {
    const miner = createMiner();
    const first = learn(miner, 'INFO order 4711 for customer 12 shipped in 35ms', 1);
    const second = learn(miner, 'INFO order 9 for customer 77 shipped in 4ms', 2);
    expect(second.id).toBe(first.id);
    expect(second.count).toBe(2);
  });

  it('replaces words that differ by a wildcard and keeps different messages apart', () => {
    const miner = createMiner();
    const a = learn(miner, 'connected to upstream orders in zone alpha', 1);
    learn(miner, 'connected to upstream payments in zone alpha', 2);
    const other = learn(miner, 'connection refused by upstream orders now really', 3);
    expect(a.text).toBe('connected to upstream <*> in zone alpha');
    expect(other.id).not.toBe(a.id);
  });

  it('folds a stack trace to its message, its innermost cause and where that was thrown', () => {
    const miner = createMiner();
    const record = [
      'ERROR checkout failed',
      'java.lang.RuntimeException: wrapped',
      '\tat shop.Checkout.pay(Checkout.java:40)',
      'Caused by: java.sql.SQLException: connection refused',
      '\tat db.Pool.get(Pool.java:7)',
      '\tat db.Pool.take(Pool.java:9)',
    ].join('\n');
    const { text } = learn(miner, record, 1);
    expect(text).toContain('checkout failed');
    expect(text).toContain('SQLException: connection refused');
    expect(text).toContain('Pool.java:7');
    expect(text).not.toContain('Checkout.java');
  });

  it('stays bounded, forgetting what was not seen for longest', () => {
    const miner = createMiner({ ...MINER_LIMITS, templates: 50 });
    const kept = learn(miner, 'the line that always comes', 0);
    for (let i = 0; i < 500; i += 1) {
      learn(miner, `word${String.fromCharCode(97 + (i % 26))}${'x'.repeat(i % 40)} ${'y '.repeat(i % 23)}end`, i);
      learn(miner, 'the line that always comes', i);
    }
    expect(miner.size).toBeLessThanOrEqual(50);
    expect(templatesOf(miner)).toHaveLength(miner.size);
    expect(templatesOf(miner).some((template) => template.id === kept.id)).toBe(true);
  });

  it('survives empty and endless lines', () => {
    const miner = createMiner();
    expect(learn(miner, '', 1).text).toBe('');
    expect(learn(miner, `a ${'b '.repeat(100_000)}`, 1).text.length).toBeLessThan(1_000);
  });
});
