import type { DueEffect } from './store.ts';

export type Jobs = {
  /** Wakes a worker for the effect when it is due. A lost wake is made good by the sweep. `urgent`: before all else that is due. */
  wake(effects: DueEffect[], urgent?: boolean): Promise<void>;
};
