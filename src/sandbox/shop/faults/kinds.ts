import { badDeploy } from './bad-deploy.ts';
import type { FaultKind } from './kind.ts';
import { memoryLeak } from './memory-leak.ts';

/** Every fault that the sandbox knows, in the order in which the page offers them. */
export const FAULT_KINDS: readonly FaultKind[] = [badDeploy, memoryLeak];
