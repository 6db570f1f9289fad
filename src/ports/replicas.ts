import type { Point } from './metrics.ts';

/** What replicas tell one another, in the order in which it was said, for a while; losing it loses nothing but time. Calls reject with StoreUnavailable when it is away. */
export type SharedLog = {
  /** `number` counts what a replica has said: said twice, it has the same number. False: it is too large, and isn't kept. */
  append(from: { replica: string; number: number }, body: Uint8Array): Promise<boolean>;
  /** What was said after `cursor` (null: all that is there), at most `limit` at once. */
  since(cursor: string | null, limit: number): Promise<{ cursor: string | null; said: Said[] }>;
};

export type Said = { replica: string; number: number; body: Uint8Array };

/** Values of services' metrics by time slots of five minutes, for some weeks, apart from the incidents. Calls reject with StoreUnavailable when it is away. */
export type KeptHistory = {
  /** True for the one replica that is to write the slot that ends at `at`. */
  claim(at: number): Promise<boolean>;
  /** One value a metric (NaN: none), in an order of the caller's that never changes. */
  write(at: number, rows: { service: string; values: readonly number[] }[]): Promise<void>;
  /** The values at one place in that order, of slots that end within `from` to `to`, oldest first. */
  read(service: string, place: number, from: number, to: number): Promise<Point[]>;
};

/** Who else is running: what shards the scan. */
export type Replicas = {
  /** Renews this replica's lease and answers the ids of all that live, sorted; this one is among them. */
  live(): Promise<string[]>;
  id: string;
  leave(): Promise<void>;
};
