/** Seeded noise as pure functions of (seed, key, index): history and live time see the same values without keeping any. */

/** FNV-1a over the key's UTF-16 units, 32 bits. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** Uniform in [0, 1): the finaliser of MurmurHash3 over the three numbers. */
export function uniform(seed: number, key: number, index: number): number {
  let h = (seed ^ Math.imul(key, 0x9e3779b1) ^ Math.imul(index | 0, 0x85ebca6b)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4_294_967_296;
}

/** Standard normal, by Box and Muller. */
export function normal(seed: number, key: number, index: number): number {
  const u = 1 - uniform(seed, key, index * 2);
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * uniform(seed, key, index * 2 + 1));
}

/** Smooth noise of mean 0 and deviation about 0.75: normals every `everyMs`, joined by a cosine ease. */
export function smoothNoise(seed: number, key: number, t: number, everyMs: number): number {
  const i = Math.floor(t / everyMs);
  const x = t / everyMs - i;
  const ease = (1 - Math.cos(Math.PI * x)) / 2;
  return normal(seed, key, i) * (1 - ease) + normal(seed, key, i + 1) * ease;
}
