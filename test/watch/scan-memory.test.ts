import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/domain/types/finding.ts';
import { judgeLook, type ScanMemory, suspects, troubleAmong } from '../../src/watch/scan-memory.ts';

const MINUTE = 60_000;
const finding = (what: string, strength = 0.999): Finding => ({
  kind: 'anomaly',
  about: { kind: 'Deployment', namespace: 'shop', name: 'payment-api' },
  at: 0,
  what,
  message: what,
  strength,
  value: { observed: 2, low: 0, high: 1, unit: '' },
});
const KEY = 'c/shop/payment-api';

/** Looks a minute apart, each with its findings; the verdicts' kinds. */
function looks(memory: ScanMemory, rounds: Finding[][], open = false, from = 0): string[] {
  return rounds.map((findings, i) => judgeLook(memory, KEY, findings, open, from + i * MINUTE).kind);
}

describe('what the scan makes of its looks', () => {
  it('one or two odd looks are nothing to tell; what lasts is told once', () => {
    const latency = [finding('latency')];
    expect(looks(new Map(), [latency, [], latency, latency, []])).not.toContain('trouble');
    expect(looks(new Map(), [latency, latency, latency, latency, latency])).toEqual([
      'suspect',
      'suspect',
      'trouble',
      'suspect',
      'suspect',
    ]);
  });

  it('what lasts without ever being sure is not told', () => {
    expect(looks(new Map(), Array(10).fill([finding('latency', 0.95)]))).not.toContain('trouble');
  });

  it('says when it began, not when it was sure enough', () => {
    const memory: ScanMemory = new Map();
    for (const at of [5, 6]) judgeLook(memory, KEY, [{ ...finding('errors'), at: at * MINUTE }], false, at * MINUTE);
    const verdict = judgeLook(memory, KEY, [{ ...finding('errors'), at: 7 * MINUTE }], false, 7 * MINUTE);
    expect(verdict).toMatchObject({ kind: 'trouble', finding: { at: 5 * MINUTE } });
  });

  it('the forest alone, traffic alone and CPU alone open nothing; a surge is traffic with CPU', () => {
    for (const what of ['unusual', 'traffic', 'cpu', 'no_data', 'flat_line'])
      expect(troubleAmong([finding(what)])).toBeNull();
    expect(troubleAmong([finding('traffic'), finding('cpu')])?.what).toBe('traffic');
  });

  it('after an incident it opens none for half an hour, then again', () => {
    const memory: ScanMemory = new Map();
    const bad = Array(3).fill([finding('memory')]);
    expect(looks(memory, bad)).toContain('trouble');
    expect(looks(memory, [[], ...bad], false, 10 * MINUTE)).not.toContain('trouble');
    expect(looks(memory, [[], ...bad], false, 40 * MINUTE)).toContain('trouble');
  });

  it('an open incident is told of another kind of trouble, once each', () => {
    const memory: ScanMemory = new Map();
    looks(memory, Array(3).fill([finding('memory')]));
    const more = looks(memory, Array(4).fill([finding('errors')]), true, 3 * MINUTE);
    expect(more.filter((kind) => kind === 'trouble')).toHaveLength(1);
  });

  it('calm is told to an open incident after three calm looks, and not at every look', () => {
    const memory: ScanMemory = new Map();
    looks(memory, Array(3).fill([finding('memory')]));
    expect(looks(memory, Array(6).fill([]), true, 3 * MINUTE)).toEqual([
      'nothing',
      'nothing',
      'calm',
      'nothing',
      'nothing',
      'nothing',
    ]);
  });

  it('forgets calm services, and points at odd ones for a closer look', () => {
    const memory: ScanMemory = new Map();
    looks(memory, [[finding('traffic')]]);
    expect(suspects(memory)).toEqual([KEY]);
    looks(memory, [[]], false, MINUTE);
    expect(memory.size).toBe(0);
  });
});
