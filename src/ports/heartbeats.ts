import type { Heard } from '../domain/heartbeat.ts';

/** What was heard of the alert that always fires, for all replicas. Calls reject with StoreUnavailable when the store is away. */
export type Heartbeats = {
  read(): Promise<Heard | null>;
  write(heard: Heard): Promise<void>;
};
