/** What came from outside is taken once, by whichever replica. Names are hashed. Calls reject with StoreUnavailable when the store is away. */
export type HeardOnce = {
  /** True the first time within `keepMs` of real time, for all replicas together. */
  first(name: string, keepMs: number): Promise<boolean>;
  /** It couldn't be taken after all: the next copy is the first. */
  forget(name: string): Promise<void>;
  /** False when something newer was heard under that name; `at` in epoch ms. */
  newest(name: string, at: number, keepMs: number): Promise<boolean>;
};
