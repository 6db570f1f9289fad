/** Why a vital isn't known: nothing came back, we may not ask, it took too long, or what was measured before is not there any more. */
export type UnknownWhy = 'no_answer' | 'forbidden' | 'timed_out' | 'stale';
/** What is normal now, in the vital's unit. */
export type VitalBand = { low: number; high: number };

/** One measured side of a service. Whoever reads it meets all three: an unknown never becomes 0, [] or false on the way in. */
export type Vital =
  | { kind: 'known'; value: number; band: VitalBand | null; at: number }
  | { kind: 'unknown'; why: UnknownWhy; message: string }
  /** Nobody measures this here. */
  | { kind: 'not_measured' };

/**
 * Latency is p99 in seconds, errors a share of requests, traffic requests/s, memory and CPU shares of their limits (memory of the fullest pod), queue what waits.
 * `crashes`, `oom_kills`, `not_ready`, `pods` (ready ones), `starting` (young and not ready yet), `unproven` (crashed, and running again since a moment ago), `unpullable` (the image), `unconfigured` (a container), `unplaced` (no
 * node) and `unmade` (volumes or network) count pods, `restarts` restarts, `nodes` nodes in trouble under its pods; `stuck` is 1 while the rollout has passed its deadline.
 */
export const VITALS = [
  'latency',
  'errors',
  'traffic',
  'memory',
  'cpu',
  'queue',
  'crashes',
  'restarts',
  'oom_kills',
  'not_ready',
  'pods',
  'starting',
  'unproven',
  'unpullable',
  'unconfigured',
  'unplaced',
  'unmade',
  'stuck',
  'nodes',
] as const;
export type VitalName = (typeof VITALS)[number];

/** All vitals of a service together, at one time. Vitals of other names may be added: they count what is wrong, and more than none is trouble. */
export type Health = {
  namespace: string;
  service: string;
  at: number;
  /** The workload of that name. `none`: there never was one, as far as is known. */
  object: 'there' | 'deleted' | 'none' | 'unknown';
  vitals: Record<string, Vital>;
};

export const HIGH_MEMORY = 0.85;
/** So near to its limit a pod is killed soon, however usual that is. */
const FULL_MEMORY = 0.95;
export const MANY_ERRORS = 0.02;
const SLOW_FACTOR = 1.5;
/** Without a band (no baseline) a p99 of a second or more counts as slow. */
const SLOW_SECONDS = 1;
const LEAST_SLOW_SECONDS = 0.05;
const BUSY_CPU = 0.95;
/** Hardly anything arrives any more, of at least so many requests/s. */
const LOST_TRAFFIC = 0.1;
const LEAST_TRAFFIC = 0.5;
const LONG_QUEUE_FACTOR = 2;
const LEAST_QUEUE = 10;

type Test = (value: number, band: VitalBand | null) => boolean;
const any: Test = (value) => value > 0;
const never: Test = () => false;

/** Counts of pods and restarts say by themselves neither well nor ill. */
const TROUBLE: Record<VitalName, Test> = {
  latency: (value, band) =>
    band === null ? value >= SLOW_SECONDS : value > Math.max(band.high * SLOW_FACTOR, LEAST_SLOW_SECONDS),
  errors: (value, band) => value >= MANY_ERRORS && (band === null || value > band.high),
  traffic: (value, band) => band !== null && band.low >= LEAST_TRAFFIC && value < band.low * LOST_TRAFFIC,
  memory: (value, band) => value >= FULL_MEMORY || (value >= HIGH_MEMORY && (band === null || value > band.high)),
  cpu: (value, band) => value >= BUSY_CPU && band !== null && value > band.high,
  queue: (value, band) => band !== null && value > Math.max(band.high * LONG_QUEUE_FACTOR, LEAST_QUEUE),
  crashes: any,
  restarts: never,
  oom_kills: any,
  not_ready: any,
  pods: never,
  starting: never,
  unproven: never,
  unpullable: any,
  unconfigured: any,
  unplaced: any,
  unmade: any,
  stuck: any,
  nodes: any,
};

const NOT_MEASURED: Vital = { kind: 'not_measured' };

export const vitalNamed = (health: Health, name: string): Vital => health.vitals[name] ?? NOT_MEASURED;

/** Null: not known, for whatever reason. Never taken for 0. */
export function knownValue(health: Health, name: string): number | null {
  const vital = vitalNamed(health, name);
  return vital.kind === 'known' ? vital.value : null;
}

/** Known to be in trouble. What isn't known is neither in trouble nor well. */
export function isInTrouble(health: Health, name: string): boolean {
  const vital = vitalNamed(health, name);
  const test = TROUBLE[name as VitalName] ?? any;
  return vital.kind === 'known' && test(vital.value, vital.band);
}

/** What is left of the excess when slowness counts as over: who was a hundred times too slow needn't be exactly as fast as ever. */
const LEFT = 0.1;

/** Slowness that has gone back nearly to the band since it was `before` (s), to what nobody would call slow who doesn't know the band. Failures, memory and pods have no nearly. */
export function isNearlyBack(health: Health, name: string, before: number | null): boolean {
  const vital = vitalNamed(health, name);
  if (name !== 'latency' || vital.kind !== 'known' || vital.band === null || before === null) return false;
  const { high } = vital.band;
  return vital.value < SLOW_SECONDS && before > high && vital.value - high <= LEFT * (before - high);
}

/** Known to be well. */
export const isWell = (health: Health, name: string): boolean =>
  vitalNamed(health, name).kind === 'known' && !isInTrouble(health, name);

export const inTrouble = (health: Health): string[] =>
  Object.keys(health.vitals).filter((name) => isInTrouble(health, name));

export const isOf = (
  one: Pick<Health, 'namespace' | 'service'>,
  other: Pick<Health, 'namespace' | 'service'>,
): boolean => one.namespace === other.namespace && one.service === other.service;
