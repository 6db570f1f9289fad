import type { Whose } from '../cause-kind.ts';
import type { ObjectRef } from '../snapshot/snapshot.ts';
import type { EntityRef } from './entity.ts';

/** One scored piece of evidence. `what` is open: a metric that OTLP or a file brings may have a name of its own; what our own files find is closed (`FindingWhat`). */
export type Finding<What extends string = string> = {
  kind: 'anomaly' | 'change' | 'event' | 'log' | 'trace' | 'state';
  about: EntityRef;
  /** When it began, or when it happened. */
  at: number;
  /** What is odd, one word in the field's terms: `latency`, `memory`, `rollout`, `crash_loop`, `oom_killed` … */
  what: What;
  /** One sentence a person can check, with numbers and units. */
  message: string;
  /** Probability in [0, 1] that this is not normal. */
  strength: number;
  /** When it does damage if nothing is done, as foretold: the limit is reached. */
  damageAt?: number;
  /** The objects alone name it: whatever the metrics show is what follows from it. */
  convicts?: true;
  /** For anomalies: the observed value and the band that was expected, in `unit`. */
  value?: { observed: number; low: number; high: number; unit: string };
  /** Of what the cluster's objects convict: the object that holds the wrong field, which may be no workload or in another namespace, and the command that mends it. */
  object?: ObjectRef;
  command?: string;
  /** With these a person has all that it takes to mend the object. */
  told?: Told;
};

/** What is wrong with an object, for whoever has to mend it: the first fact convicts. */
export type Told = { title: string; facts: { field: string; value: string }[]; should?: string; whose: Whose };
