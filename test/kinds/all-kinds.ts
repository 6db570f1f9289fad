import { loadModules } from '../../src/app/load-modules.ts';
import type { IssueKind } from '../../src/extension-points.ts';

/** The kinds as the app finds them. */
export const KINDS = await loadModules<IssueKind>(new URL('../../src/kinds', import.meta.url).pathname);
