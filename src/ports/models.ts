/** A service's model as bytes, with the data that it saw. `version` counts the service's trainings. */
export type StoredModel = { namespace: string; service: string; version: number; trainedAt: number; body: Uint8Array };

/** Models, apart from the incidents; losing them loses nothing but time. Every call rejects with StoreUnavailable when it is away. */
export type ModelStore = {
  /** Keeps it, and drops the oldest ones while all together are too large; `dropped` counts those. A model older than the one that is there is not kept. */
  save(model: StoredModel): Promise<{ kept: boolean; dropped: number }>;
  load(namespace: string, service: string): Promise<StoredModel | null>;
  /** All that are there, without their bytes; newest first, at most `limit`. */
  list(limit: number): Promise<Omit<StoredModel, 'body'>[]>;
  /** True for the one replica that is to train the service now; it holds for `leaseMs` of real time. */
  claim(namespace: string, service: string, leaseMs: number): Promise<boolean>;
  release(namespace: string, service: string): Promise<void>;
};
