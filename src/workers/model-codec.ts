import type { KnownMetric } from '../analysis/features.ts';
import { decodeForest, encodeForest } from '../analysis/forest-codec.ts';
import type { ServiceModel } from '../analysis/service-model.ts';

/** A model read back. `forest` is null when only the baselines were asked for. */
export type DecodedModel = { fittedAt: number; metrics: KnownMetric[]; forest: ServiceModel | null };

type Header = { fittedAt: number; metrics: KnownMetric[]; usual: (number | null)[]; tail: ServiceModel['tail'] };

/** A model as bytes: the length of a JSON header (four bytes, little-endian), the header, and the forest in its own form. */
export function encodeModel(model: ServiceModel): Uint8Array {
  const { fittedAt, metrics, tail } = model;
  const usual = Array.from(model.usual, (value) => (Number.isFinite(value) ? value : null));
  const header = new TextEncoder().encode(JSON.stringify({ fittedAt, metrics, usual, tail } satisfies Header));
  const forest = encodeForest(model.forest);
  const bytes = new Uint8Array(4 + header.length + forest.length);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 4);
  bytes.set(forest, 4 + header.length);
  return bytes;
}

/** Reads what `encodeModel` wrote; null when the bytes aren't one (another version's, or cut short). The forest is most of the work. */
export function decodeModel(bytes: Uint8Array, withForest: boolean): DecodedModel | null {
  const header = headerOf(bytes);
  if (!header) return null;
  const { fittedAt, metrics } = header;
  if (!withForest) return { fittedAt, metrics, forest: null };
  const forest = decodeForest(bytes.subarray(4 + headerLength(bytes)));
  if (!forest) return null;
  const usual = Float64Array.from(header.usual, (value) => value ?? Number.NaN);
  return { fittedAt, metrics, forest: { version: 1, fittedAt, metrics, forest, usual, tail: header.tail } };
}

function headerOf(bytes: Uint8Array): Header | null {
  if (bytes.length < 4 || bytes.length < 4 + headerLength(bytes)) return null;
  try {
    const header: Header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerLength(bytes))));
    return Array.isArray(header.metrics) && header.metrics.every((one) => one.baseline.version === 1) ? header : null;
  } catch {
    return null;
  }
}

const headerLength = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
