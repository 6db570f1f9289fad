import { describe, expect, it } from 'vitest';
import { queryInstant, queryRange } from '../../../sandbox/prometheus/query.ts';
import { asSource, shopSamples } from './sample-set.ts';

const START = Date.UTC(2026, 5, 1, 10);
const source = asSource(shopSamples(START, 20));
const AT = START + 15 * 60_000;

function refusal(query: string): string {
  const answered = queryInstant(source, query, AT);
  if (answered.ok) throw new Error(`${query} was answered`);
  return `${answered.errorType}: ${answered.error}`;
}

describe('what the query engine refuses', () => {
  it.each([
    ['holt_winters(a[5m], 0.5, 0.5)', 'unknown function with name "holt_winters"'],
    ['histogram_avg(a)', 'the function "histogram_avg" is not supported'],
    ['limitk(2, a)', 'the aggregation "limitk" is not supported'],
    ['a + fill(0) b', 'fill(0) is not supported'],
    ['rate(a)', 'expected type matrix'],
    ['sum(a[5m])', 'expected type vector'],
    ['1 > 2', 'must use BOOL modifier'],
    ['1 and 2', 'set operator "and"'],
    ['a + bool b', 'bool modifier'],
    ['a{', 'unexpected end of input'],
    ['', 'unexpected end of input'],
    ['{}', 'at least one non-empty matcher'],
    ['a{b=~"("}', 'error parsing regexp'],
    ['rate(a[0s])', 'duration must be greater than 0'],
    ['a offset', 'parse error'],
    ['sum(a, b)', 'wrong number of arguments'],
  ])('%s', (query, words) => {
    const said = refusal(query);
    expect(said).toContain('bad_data');
    expect(said).toContain(words);
  });

  it('two series that would become one', () => {
    expect(refusal('sum by (pod) (http_requests_total) + on(pod) http_requests_total')).toContain('execution');
    expect(refusal('http_requests_total + on(pod) http_requests_total')).toContain('many-to-many matching not allowed');
    expect(
      refusal(
        'rate({__name__=~"http_requests_total|container_memory_working_set_bytes",pod="x"}[5m]) + on() (1 > bool 0)',
      ),
    ).toContain('vector matching only');
  });

  it('more than 11,000 steps', () => {
    const answered = queryRange(source, 'vector(1)', 0, 11_001_000, 1_000);
    expect(answered).toMatchObject({ ok: false, errorType: 'bad_data' });
    expect(queryRange(source, 'vector(1)', 0, 10_999_000, 1_000)).toMatchObject({ ok: true });
  });
});

describe('stale series', () => {
  it('are gone from the moment they are marked, not five minutes later', () => {
    const ended = {
      select: () => [
        {
          labels: { __name__: 'a' },
          each: (_from: number, _to: number, fn: (t: number, v: number) => void) => fn(AT - 30_000, 1),
          stale: (after: number, until: number) => after < AT - 15_000 && AT - 15_000 <= until,
        },
      ],
    };
    expect(queryInstant(ended, 'a', AT - 20_000)).toMatchObject({ result: { samples: [{ value: 1 }] } });
    expect(queryInstant(ended, 'a', AT)).toMatchObject({ result: { samples: [] } });
  });
});
