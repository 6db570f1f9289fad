import type { Mute } from '../domain/mute.ts';

/** Every call rejects with StoreUnavailable when the store is away. One mute a service; those that are over are left out by who reads. */
export type Mutes = {
  read(): Promise<Mute[]>;
  /** False: there are too many already. */
  write(mute: Mute): Promise<boolean>;
  /** False: it wasn't muted. */
  drop(namespace: string, service: string): Promise<boolean>;
};
