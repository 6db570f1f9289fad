export type CauseArea =
  | 'image'
  | 'start'
  | 'probe'
  | 'service'
  | 'configuration'
  | 'admission'
  | 'scheduling'
  | 'storage'
  | 'dependency'
  | 'network'
  | 'node'
  | 'control plane'
  | 'workload';

/** Who can mend it, where the object itself doesn't say whose it is. */
export type Whose = 'author' | 'cluster' | 'namespace' | 'registry' | 'storage' | 'database';

export const WHOSE_WORDS: Record<Whose, string> = {
  author: 'whoever keeps its manifest',
  cluster: 'whoever runs the cluster',
  namespace: "whoever sets the namespace's bounds and policies",
  registry: 'whoever runs the registry, or gives its credentials out',
  storage: 'whoever runs the storage',
  database: 'whoever runs the database',
};

/** What is known of a kind of cause, whatever its facts are. */
export type CauseKindInfo = {
  area: CauseArea;
  /** What is wrong, in a few words. */
  title: string;
  /** Whose it is: the object that is named. */
  object: string;
  whose: Whose;
  /** It says how somebody fails, not why: anything else that explains the same goes before it. */
  symptom?: true;
};
