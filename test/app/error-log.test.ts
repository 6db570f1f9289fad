import { describe, expect, it } from 'vitest';
import { errorLog } from '../../src/app/error-log.ts';

describe('the log of what adapters report', () => {
  it('has the same error once in half a minute, with how often it came meanwhile, and other errors at once', () => {
    const lines: { err: Error; leftOut?: number }[] = [];
    let now = 0;
    const report = errorLog({ error: (fields: object) => void lines.push(fields as never) } as never, () => now);
    for (let port = 0; port < 500; port += 1) report(new Error(`connect ECONNREFUSED 127.0.0.1:${port}`));
    expect(lines).toHaveLength(1);
    report(new Error('READONLY'));
    expect(lines).toHaveLength(2);
    now = 31_000;
    report(new Error('connect ECONNREFUSED 127.0.0.1:6379'));
    expect(lines.at(-1)).toMatchObject({ leftOut: 499 });
  });
});
