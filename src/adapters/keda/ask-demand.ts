import { type StatusObject, status } from '@grpc/grpc-js';
import { headOf } from '../../domain/cut-text.ts';
import type { DemandAhead, DemandFailure } from '../../ports/demand.ts';
import { readMetadata, type ScalerMetadata } from './scaler-metadata.ts';

export type ScaledObjectRef = { name: string; namespace: string; scalerMetadata: Record<string, string> };

type Reason = DemandFailure['kind'] | 'bad_metadata' | 'busy' | 'broken';
export type Refusal = { why: Reason; message: string };
export type Asked<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

const CODES: Record<Reason, status> = {
  unknown: status.NOT_FOUND,
  too_little_history: status.FAILED_PRECONDITION,
  silent: status.FAILED_PRECONDITION,
  learning: status.UNAVAILABLE,
  unreachable: status.UNAVAILABLE,
  bad_metadata: status.INVALID_ARGUMENT,
  busy: status.RESOURCE_EXHAUSTED,
  broken: status.INTERNAL,
};

export const noRefusals = (): Record<Reason, number> => ({
  unknown: 0,
  too_little_history: 0,
  silent: 0,
  learning: 0,
  unreachable: 0,
  bad_metadata: 0,
  busy: 0,
  broken: 0,
});

/** What KEDA is told: an error, which makes it use the trigger's fallback, and never a number. */
export function statusOf({ why, message }: Refusal): Pick<StatusObject, 'code' | 'details'> {
  return { code: CODES[why], details: headOf(message, 500) };
}

export function metadataOf(ref: ScaledObjectRef | null): Asked<ScalerMetadata> {
  const read = readMetadata(ref?.scalerMetadata ?? {}, ref?.namespace ?? '');
  return read.ok
    ? { ok: true, value: read.metadata }
    : { ok: false, refusal: { why: 'bad_metadata', message: read.message } };
}

/** The rate ahead for a ScaledObject's trigger; `mostAtOnce` at the same time, who comes beyond is refused. */
export function createAsking(
  ahead: DemandAhead,
  mostAtOnce: number,
): (ref: ScaledObjectRef | null) => Promise<Asked<number>> {
  let running = 0;
  return async (ref) => {
    const metadata = metadataOf(ref);
    if (!metadata.ok) return metadata;
    if (running >= mostAtOnce) return { ok: false, refusal: { why: 'busy', message: 'too many calls at once' } };
    running += 1;
    try {
      const { namespace, service, horizonMs, quantile } = metadata.value;
      const answer = await ahead({ namespace, service, aheadMs: horizonMs, quantile });
      if (answer.ok) return { ok: true, value: answer.rate };
      return { ok: false, refusal: { why: answer.failure.kind, message: answer.failure.message } };
    } catch {
      return { ok: false, refusal: { why: 'broken', message: 'the forecast failed' } };
    } finally {
      running -= 1;
    }
  };
}
