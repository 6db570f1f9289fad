import type { EvidenceDeps } from '../evidence/deps.ts';
import type { IntakeDeps } from '../pipeline/deps.ts';

/** What the scan needs: to look at every service, and to open incidents for what it sees. */
export type WatchDeps = IntakeDeps &
  Pick<
    EvidenceDeps,
    'cluster' | 'metrics' | 'queries' | 'baselines' | 'models' | 'detectors' | 'protectedNamespaces'
  > & {
    limits: { stormIncidents: number };
    mode: 'act' | 'observe';
  };
