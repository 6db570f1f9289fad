import type { CauseKindInfo } from './cause-kind.ts';
import { CAUSE_KINDS, type CauseKind } from './cause-kinds.ts';

export const causeKindInfo = (kind: CauseKind): CauseKindInfo => CAUSE_KINDS[kind];

export const isSymptom = (kind: CauseKind): boolean => 'symptom' in CAUSE_KINDS[kind];
