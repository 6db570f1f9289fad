import { describe, expect, it } from 'vitest';
import {
  createTopology,
  edgesAt,
  forgetFaded,
  mergeTopology,
  sawCall,
  TOPOLOGY_LIMITS,
} from '../../src/analysis/topology.ts';

const DAY_MS = 86_400_000;
const limits = { ...TOPOLOGY_LIMITS, halfLifeMs: DAY_MS };

describe('the topology', () => {
  it('believes a call half as much after each half-life, and forgets it in the end', () => {
    const topology = createTopology(limits);
    sawCall(topology, 'web', 'db', 0, 1);
    expect(edgesAt(topology, DAY_MS)[0]?.weight).toBeCloseTo(0.5);
    expect(edgesAt(topology, 10 * DAY_MS)).toEqual([]);
    forgetFaded(topology, 10 * DAY_MS);
    expect(topology.calls.size).toBe(0);
  });

  it('believes weak sightings more the more there are, and never beyond 1', () => {
    const topology = createTopology(limits);
    sawCall(topology, 'web', 'db', 0, 0.4);
    const once = edgesAt(topology, 0)[0]!.weight;
    for (let i = 0; i < 100; i += 1) sawCall(topology, 'web', 'db', i, 0.4);
    const often = edgesAt(topology, 100)[0]!.weight;
    expect(once).toBeCloseTo(0.4);
    expect(often).toBeGreaterThan(0.99);
    expect(often).toBeLessThanOrEqual(1);
  });

  it('takes a late sighting as old as it is', () => {
    const topology = createTopology(limits);
    sawCall(topology, 'web', 'db', DAY_MS, 0.2);
    sawCall(topology, 'web', 'db', 0, 0.4);
    expect(edgesAt(topology, DAY_MS)[0]?.weight).toBeCloseTo(1 - 0.8 * 0.8);
  });

  it('merges what replicas saw, and merging twice changes nothing', () => {
    const [a, b] = [createTopology(limits), createTopology(limits)];
    sawCall(a, 'web', 'db', 0, 0.5);
    sawCall(b, 'web', 'db', 0, 0.9);
    sawCall(b, 'web', 'cache', 0, 0.9);
    mergeTopology(a, b);
    const once = edgesAt(a, 0);
    mergeTopology(a, b);
    expect(edgesAt(a, 0)).toEqual(once);
    expect(once.map((edge) => edge.to)).toEqual(['cache', 'db']);
  });

  it('stays bounded, keeping what is believed most', () => {
    const topology = createTopology({ ...limits, calls: 100 });
    sawCall(topology, 'web', 'db', 0, 1);
    for (let i = 0; i < 1_000; i += 1) sawCall(topology, 'web', `peer-${i}`, 0, 0.3);
    expect(topology.calls.size).toBeLessThanOrEqual(100);
    expect(edgesAt(topology, 0)[0]?.to).toBe('db');
  });

  it('knows nobody who calls himself, or has no name', () => {
    const topology = createTopology();
    sawCall(topology, 'web', 'web', 0, 1);
    sawCall(topology, '', 'web', 0, 1);
    expect(topology.calls.size).toBe(0);
  });
});
