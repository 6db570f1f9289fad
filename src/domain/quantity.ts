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

/** A Kubernetes quantity (`512Mi`, `250m`, `1e3`) as a number of bytes or cores; null when it isn't one. */
export function parseQuantity(text: string | number | null | undefined): number | null {
  if (text === null || text === undefined) return null;
  const match = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/.exec(String(text).trim());
  if (!match) return null;
  const [, digits, suffix, exponent] = match;
  const factor = exponent === undefined ? FACTORS[suffix ?? ''] : 10 ** Number(exponent);
  return factor === undefined ? null : Number(digits) * factor;
}
