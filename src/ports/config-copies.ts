/** What a ConfigMap held, by the version of it: `changedAt` is when it was written last. */
export type ConfigCopy = { uid: string; changedAt: number; data: Record<string, string> };

/** Copies of ConfigMaps, encrypted where they are kept, and forgotten after a while. Every call rejects with StoreUnavailable when the store is away. */
export type ConfigCopies = {
  /** Newest version first, a few at most. What can't be decrypted (another key) isn't there. */
  of(namespace: string, name: string): Promise<ConfigCopy[]>;
  /** A version that is known already is only kept for longer. */
  keep(namespace: string, name: string, copy: ConfigCopy): Promise<void>;
};
