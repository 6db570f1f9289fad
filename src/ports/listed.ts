/** Where the list stands that is shown in place of many messages, and what it shows; kept for all replicas. */
export type Listed = { channel: string; ts: string; digest: string };

export type ListedStore = {
  read(): Promise<Listed | null>;
  /** Null: there is no list any more. */
  write(listed: Listed | null): Promise<void>;
};
