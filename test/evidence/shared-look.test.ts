import { beforeEach, describe, expect, it } from 'vitest';
import { createSharedLook } from '../../src/evidence/shared-look.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import type { Metrics } from '../../src/ports/metrics.ts';

let now: number;
let asked: number;
let tookMs: number;
let answer: { ok: boolean };
let look: Cluster;
beforeEach(() => {
  now = 0;
  asked = 0;
  tookMs = 10;
  answer = { ok: true };
  const cluster = {
    workloads: async () => {
      asked += 1;
      now += tookMs;
      return answer;
    },
  } as unknown as Cluster;
  look = createSharedLook({} as Metrics, cluster, () => now).cluster;
});

const askedAt = async (...instants: number[]): Promise<number> => {
  for (const at of instants) {
    now = Math.max(now, at);
    await look.workloads('shop');
  }
  return asked;
};

describe('a look that many share', () => {
  it('is good for two seconds', async () => {
    expect(await askedAt(0, 100, 1_900)).toBe(1);
    expect(await askedAt(2_100)).toBe(2);
  });

  it('is good for longer the longer it took, up to ten seconds', async () => {
    tookMs = 300;
    expect(await askedAt(0, 5_900)).toBe(1);
    tookMs = 2_000;
    expect(await askedAt(6_100, 16_000)).toBe(2);
    expect(await askedAt(16_200)).toBe(3);
  });

  it('that failed is not kept for longer, however long it took', async () => {
    answer = { ok: false };
    tookMs = 300;
    expect(await askedAt(0, 1_900, 2_100)).toBe(2);
  });
});
