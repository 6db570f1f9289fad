import type { Draw } from './draw.ts';

export const FAULTS = ['cpu', 'memory', 'delay', 'errors', 'lock', 'starved', 'disk', 'gone'] as const;
export type FaultKind = (typeof FAULTS)[number];

/** What a fault does to its service at full force; `force` 0..1 scales it. Not every fault shows in the service's own resources. */
export type Fault = { kind: FaultKind; service: number; size: number; build: 'step' | 'ramp' };

export type Disturbed = {
  /** added share of the CPU, and what its own work takes of it */
  hog: number;
  cpu: number;
  slower: number;
  addedS: number;
  failing: number;
  memory: number;
  /** any metric of its own that nobody knows */
  odd: number;
  capacity: number;
};

export function drawFault(draw: Draw, kind: FaultKind, service: number, ownS: number): Fault {
  const sizes: Record<FaultKind, () => number> = {
    cpu: () => draw.logBetween(0.3, 2),
    memory: () => draw.logBetween(0.3, 3),
    delay: () => Math.max(ownS, 0.01) * draw.logBetween(2, 40),
    errors: () => draw.logBetween(0.05, 0.9),
    lock: () => draw.logBetween(2, 20),
    starved: () => draw.logBetween(1.5, 8),
    disk: () => draw.logBetween(1, 10),
    gone: () => draw.logBetween(0.3, 1),
  };
  return { kind, service, size: sizes[kind](), build: kind === 'memory' || draw.chance(0.3) ? 'ramp' : 'step' };
}

const NOTHING: Disturbed = {
  hog: 0,
  cpu: 1,
  slower: 1,
  addedS: 0,
  failing: 0,
  memory: 1,
  odd: 1,
  capacity: 1,
};

export function disturbedBy({ kind, size }: Fault, force: number): Disturbed {
  const by = size * force;
  const effects: Record<FaultKind, Partial<Disturbed>> = {
    cpu: { hog: Math.min(0.9, by), slower: 1 + 1.5 * by },
    memory: { memory: 1 + by, slower: 1 + 0.5 * by * force, cpu: 1 + 0.2 * by },
    delay: { addedS: by },
    errors: { failing: Math.min(0.95, by), slower: 1 - 0.2 * force },
    lock: { slower: 1 + by, cpu: 1 - 0.5 * force },
    starved: { capacity: 1 / (1 + by) },
    disk: { odd: 1 + 3 * by, slower: 1 + 0.7 * by },
    gone: { failing: Math.min(1, by), cpu: 1 - 0.8 * Math.min(1, by), memory: 1 - 0.5 * Math.min(1, by) },
  };
  return force === 0 ? NOTHING : { ...NOTHING, ...effects[kind] };
}
