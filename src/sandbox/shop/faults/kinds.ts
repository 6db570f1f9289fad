import { badDeploy } from './bad-deploy.ts';
import { dependencyDown } from './dependency-down.ts';
import type { FaultKind } from './kind.ts';
import { latency } from './latency.ts';
import { memoryLeak } from './memory-leak.ts';
import { nodePressure } from './node-pressure.ts';
import { trafficSurge } from './traffic-surge.ts';

/** Every fault that the sandbox knows, in the order in which the page offers them. */
export const FAULT_KINDS: readonly FaultKind[] = [
  badDeploy,
  memoryLeak,
  latency,
  nodePressure,
  trafficSurge,
  dependencyDown,
];
