const FACTORS: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const PATTERN = /^([+-]?(?:\d+\.?\d*|\.\d+))(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|)(?:[eE]([+-]?\d+))?$/;

/** A Kubernetes quantity ('250m', '64Mi', '1e3') as a plain number of its base unit; NaN when malformed. */
export function parseQuantity(text: unknown): number {
  if (typeof text === 'number') return text;
  const match = typeof text === 'string' ? PATTERN.exec(text) : null;
  if (match === null || (match[3] !== undefined && match[2] !== '')) return Number.NaN;
  return Number(match[1]) * (FACTORS[match[2] ?? ''] ?? Number.NaN) * 10 ** Number(match[3] ?? 0);
}

/** CPU cores as Kubernetes writes them: '250m', '2'. Rounded up to a milli-core. */
export function cpuQuantity(cores: number): string {
  const milli = Math.ceil(cores * 1000 - 1e-9);
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** Bytes in the largest binary unit that needs no fraction: '64Mi', '1536Ki', '100'. */
export function memoryQuantity(bytes: number): string {
  let value = Math.ceil(bytes);
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti'];
  let unit = 0;
  while (value !== 0 && value % 1024 === 0 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value}${units[unit]}`;
}

/** Sum of quantities per resource name, in base units. */
export function sumQuantities(parts: (Record<string, string> | undefined)[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const part of parts) {
    for (const [name, text] of Object.entries(part ?? {})) sum[name] = (sum[name] ?? 0) + parseQuantity(text);
  }
  return sum;
}

const DECIMAL: readonly [suffix: string, nanos: bigint][] = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map(
  (suffix, i) => [suffix, 10n ** BigInt(3 * i)],
);
const BINARY: readonly [suffix: string, bytes: bigint][] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, i) => [
  suffix,
  1024n ** BigInt(i),
]);
const NANO = 10n ** 9n;

/**
 * A quantity in the one form in which a real API server stores it ('1000m' → '1', '1024Mi' → '1Gi', '0.5' → '500m'), so
 * that equal amounts are equal text. Malformed and exponent forms are given back as they are.
 */
export function canonicalQuantity(text: string): string {
  const match = PATTERN.exec(text);
  if (match === null || match[3] !== undefined) return text;
  const [whole = '', fraction = ''] = (match[1] ?? '').split('.');
  const suffix = match[2] ?? '';
  const unit = suffix.endsWith('i')
    ? (BINARY.find(([name]) => name === suffix)?.[1] ?? 1n) * NANO
    : (DECIMAL.find(([name]) => name === suffix)?.[1] ?? NANO);
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(`${whole}${fraction}` || '0') * unit;
  const nanos = scaled / scale + (scaled % scale > 0n ? 1n : 0n);
  if (nanos === 0n) return '0';
  const size = nanos < 0n ? -nanos : nanos;
  if (suffix.endsWith('i') && size >= 1024n * NANO) return withSuffix((nanos + NANO - 1n) / NANO, BINARY);
  return withSuffix(nanos, DECIMAL);
}

function withSuffix(amount: bigint, suffixes: readonly [string, bigint][]): string {
  const [suffix, unit] = suffixes.findLast(([, size]) => amount % size === 0n) ?? ['', 1n];
  return `${amount / unit}${suffix}`;
}
