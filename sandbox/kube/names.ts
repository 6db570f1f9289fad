import { createHash } from 'node:crypto';

// Kubernetes' own alphabet for generated names: no vowels, no look-alikes.
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Names and uids that look random and are the same at every run: a counter, hashed. */
export type NameSource = {
  suffix(length: number): string;
  uid(): string;
  count(): number;
  resume(count: number): void;
};

export function createNameSource(seed: string): NameSource {
  let counter = 0;
  const next = (): Buffer => {
    counter += 1;
    return createHash('sha256').update(`${seed}/${counter}`).digest();
  };
  return {
    suffix: (length) => letters(next(), length),
    uid: () => {
      const hex = next().toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    },
    count: () => counter,
    resume: (count) => {
      counter = count;
    },
  };
}

function letters(bytes: Buffer, length: number): string {
  let text = '';
  for (let i = 0; i < length; i += 1) text += ALPHABET[(bytes[i] ?? 0) % ALPHABET.length];
  return text;
}

/** A short hash of `text` in the alphabet of generated names, as in pod-template-hash. */
export function hashName(text: string): string {
  return letters(createHash('sha256').update(text).digest(), 10);
}
