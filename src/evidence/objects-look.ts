import type { EvidenceDeps } from './deps.ts';

/** What it takes to see how the objects of a service are. */
export type ObjectsLook = Pick<EvidenceDeps, 'cluster' | 'protectedNamespaces'>;
