import type { EvidenceDeps } from '../evidence/deps.ts';
import type { LearningDeps } from '../learning/deps.ts';
import type { StageDeps } from '../pipeline/deps.ts';
import type { WatchDeps } from '../watch/deps.ts';

/** Everything that the folders below need, put together in app.ts. Each says in a `deps.ts` of its own what it needs; none knows this type. */
export type Deps = StageDeps & EvidenceDeps & LearningDeps & WatchDeps;
