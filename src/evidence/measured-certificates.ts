import type { Certificate } from '../ports/cluster-objects.ts';

/** When a certificate ends by its metric, ms: that in a Secret, or of a Certificate by its name (the other is empty). */
type Ending = { secret: string; certificate: string; notAfter: number };

/** Those of which only metrics tell: no cert-manager made them, or its objects can't be read. */
export function withMeasured(known: Certificate[], measured: readonly Ending[], namespace: string): Certificate[] {
  const more = measured.filter(
    ({ secret, certificate, notAfter }) =>
      Number.isFinite(notAfter) &&
      !known.some((one) => (secret === '' ? one.name === certificate : one.secretName === secret)),
  );
  return [
    ...known,
    ...more.map(({ secret, certificate, notAfter }) => ({
      ...{ namespace, name: certificate || `in Secret ${secret}`, secretName: secret },
      ...{ notAfter, ready: null, message: '' },
    })),
  ];
}
