import { describe, expect, it } from 'vitest';
import { metricOf } from '../../src/analysis/metric-name.ts';

const sizes = (usual: number, highest: number) => ({ usual, highest });

describe('what an exported metric is', () => {
  it.each([
    ['latency', 0.05, 2, { what: 'latency', unit: 's', scale: 1 }],
    ['latency', 120, 4_000, { what: 'latency', scale: 1e-3 }],
    ['http_request_duration_ms', 0.4, 2, { what: 'latency', scale: 1e-3 }],
    ['lat_p99', 0.1, 2, { what: 'latency', scale: 1 }],
    ['errors', 0, 0.4, { what: 'errors', shape: 'fraction', scale: 1 }],
    ['error_rate', 0, 40, { what: 'errors', shape: 'fraction', scale: 0.01 }],
    ['errors', 0, 40, { what: 'errors', shape: 'amount' }],
    ['availability', 99, 100, { what: 'availability', worse: 'fall', scale: 0.01 }],
    ['request_rate', 5, 80, { what: 'traffic' }],
    ['cpu', 0.003, 0.9, { what: 'cpu', scale: 1, unit: 'fraction' }],
    ['cpu', 5, 90, { what: 'cpu', scale: 0.01 }],
    ['cpu_throttled', 5, 90, { what: 'cpu_throttled' }],
    ['memory', 2e8, 3e8, { what: 'memory', unit: 'B', scale: 1 }],
    ['memory', 0.4, 0.9, { what: 'memory', unit: 'fraction', scale: 1 }],
    ['mem_usage', 40, 90, { what: 'memory', unit: 'fraction', scale: 0.01 }],
    ['mem', 200, 900, { what: 'memory', unit: 'B', scale: 1e6 }],
    ['pool_waiters', 2, 90, { what: 'pool_waiters', unit: '' }],
  ])('%s around %d and up to %d', (name, usual, highest, expected) => {
    expect(metricOf(name, sizes(usual, highest))).toMatchObject(expected);
  });
});
