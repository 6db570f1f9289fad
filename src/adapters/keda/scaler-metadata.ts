import { z } from 'zod';
import { headOf } from '../../domain/cut-text.ts';

const Name = z
  .string('is needed')
  .max(253, 'is longer than 253 characters')
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'is not the name of a Kubernetes object');
const number = (message: string) =>
  z
    .string()
    .regex(/^\d{1,12}(\.\d{1,6})?$/, message)
    .transform(Number);
const HORIZON = 'is not a time ahead such as 15m or 2h, from 5m to 24h';
const Horizon = z
  .string()
  .regex(/^\d{1,4}(m|h)$/, HORIZON)
  .transform((text) => Number.parseInt(text, 10) * (text.endsWith('h') ? 3_600_000 : 60_000))
  .refine((ms) => ms >= 5 * 60_000 && ms <= 24 * 3_600_000, HORIZON);

/** The metadata of a trigger, as KEDA hands it on: text by name. */
const ScalerMetadata = z.object({
  service: Name,
  /** Shows who asks; `tokenFromEnv` is KEDA's own way to take it from the workload's environment. */
  token: z.string().max(200, 'is longer than 200 characters').optional(),
  namespace: Name.optional(),
  horizon: Horizon.prefault('15m'),
  /** Requests per second and replica. */
  threshold: number('is not a number above 0')
    .refine((value) => value > 0, 'is not a number above 0')
    .prefault('100'),
  /** How likely the rate stays below what is served. */
  quantile: number('is not from 0.5 to 0.99')
    .refine((value) => value >= 0.5 && value <= 0.99, 'is not from 0.5 to 0.99')
    .prefault('0.9'),
});
export type ScalerMetadata = {
  service: string;
  namespace: string;
  horizonMs: number;
  threshold: number;
  quantile: number;
};

/** What KEDA reads itself, and hands on all the same. */
const KEDAS_OWN = new Set(['scalerAddress', 'enableTLS', 'unsafeSsl', 'caCert', 'tlsClientCert', 'tlsClientKey']);

/** Reads a trigger's metadata; without a `namespace` it is the ScaledObject's. Every fault names its field. */
export function readMetadata(
  given: Record<string, string>,
  ownNamespace: string,
): { ok: true; metadata: ScalerMetadata; token: string | undefined } | { ok: false; message: string } {
  const faults = Object.keys(given)
    .filter((key) => !(key in ScalerMetadata.shape) && !KEDAS_OWN.has(key) && !key.endsWith('FromEnv'))
    .slice(0, 5)
    .map(
      (key) => `metadata.${headOf(key, 60)}: is not known; there are ${Object.keys(ScalerMetadata.shape).join(', ')}`,
    );
  const read = ScalerMetadata.safeParse({ namespace: ownNamespace || undefined, ...given });
  if (!read.success)
    faults.push(...read.error.issues.map((issue) => `metadata.${issue.path.join('.')}: ${issue.message}`));
  else if (read.data.namespace === undefined) faults.push('metadata.namespace: is needed');
  if (!read.success || faults.length > 0) return { ok: false, message: faults.join('; ') };
  const { horizon, namespace = '', token = given.tokenFromEnv, ...rest } = read.data;
  return { ok: true, metadata: { ...rest, namespace, horizonMs: horizon }, token };
}
