import { type StatusObject, status } from '@grpc/grpc-js';
import { headOf } from '../../domain/cut-text.ts';
import type { DemandAhead, DemandFailure } from '../../ports/demand.ts';
import { readMetadata, type ScalerMetadata } from './scaler-metadata.ts';
import { mayAsk } from './scaler-token.ts';

export type ScaledObjectRef = { name: string; namespace: string; scalerMetadata: Record<string, string> };

type Reason = DemandFailure['kind'] | 'unauthorised' | 'bad_metadata' | 'busy' | 'broken';
export type DemandRefusal = { why: Reason; message: string };
export type DemandAsked<T> = { ok: true; value: T } | { ok: false; refusal: DemandRefusal };

const CODES: Record<Reason, status> = {
  unauthorised: status.UNAUTHENTICATED,
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
  unauthorised: 0,
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
export function statusOf({ why, message }: DemandRefusal): Pick<StatusObject, 'code' | 'details'> {
  return { code: CODES[why], details: headOf(message, 500) };
}

/** Reads a trigger's metadata for a caller (the `authorization` of its call); with `token` null anybody may ask. */
export type ReadRef = (ref: ScaledObjectRef | null, bearer: string | undefined) => DemandAsked<ScalerMetadata>;

export const createReadRef =
  (token: string | null): ReadRef =>
  (ref, bearer) => {
    const read = readMetadata(ref?.scalerMetadata ?? {}, ref?.namespace ?? '');
    if (!read.ok) return { ok: false, refusal: { why: 'bad_metadata', message: read.message } };
    if (token === null || mayAsk(token, { bearer, inTrigger: read.token }, read.metadata))
      return { ok: true, value: read.metadata };
    return { ok: false, refusal: { why: 'unauthorised', message: 'metadata.token: is missing or wrong (KEDA_TOKEN)' } };
  };

/** The rate ahead for a ScaledObject's trigger; `mostAtOnce` at the same time, who comes beyond is refused. */
export function createAsking(
  ahead: DemandAhead,
  readRef: ReadRef,
  mostAtOnce: number,
): (ref: ScaledObjectRef | null, bearer: string | undefined) => Promise<DemandAsked<number>> {
  let running = 0;
  return async (ref, bearer) => {
    const metadata = readRef(ref, bearer);
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
