import type { Cause, Diagnosis } from './types/diagnosis.ts';

/** The first cause, where it is sure enough to be named. */
export const namedCause = (diagnosis: Pick<Diagnosis, 'named' | 'causes'> | null | undefined): Cause | undefined =>
  diagnosis?.named ? diagnosis.causes[0] : undefined;
