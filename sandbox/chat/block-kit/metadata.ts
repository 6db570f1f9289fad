import { isRecord } from '../request-body.ts';

/** Slack keeps at most 16 kB of metadata a message. */
const MAX_BYTES = 16_000;

/** Message metadata: `event_type` (word characters, at most 255) and a flat `event_payload`. Null when it passes, else Slack's error code. */
export function checkMetadata(
  metadata: unknown,
): 'invalid_metadata_format' | 'invalid_metadata_schema' | 'metadata_too_large' | null {
  if (!isRecord(metadata)) return 'invalid_metadata_format';
  const { event_type: type, event_payload: payload, ...rest } = metadata;
  if (Object.keys(rest).length > 0) return 'invalid_metadata_format';
  if (typeof type !== 'string' || !/^[\w.:-]{1,255}$/.test(type) || !isRecord(payload))
    return 'invalid_metadata_schema';
  if (!Object.values(payload).every(isAllowed)) return 'invalid_metadata_schema';
  return Buffer.byteLength(JSON.stringify(metadata)) > MAX_BYTES ? 'metadata_too_large' : null;
}

/** A scalar, an object of scalars, or a list of such. */
function isAllowed(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((entry) => isScalar(entry) || isFlat(entry));
  return isScalar(value) || isFlat(value);
}

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);
const isFlat = (value: unknown): boolean => isRecord(value) && Object.values(value).every(isScalar);
