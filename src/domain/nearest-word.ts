import { editDistance } from './snapshot/alike-names.ts';

/** The word that is a few letters from the one that was written; null when none is. */
export function nearest(written: string, known: readonly string[]): string | null {
  const [best] = known
    .map((word) => ({ word, letters: editDistance(written, word) }))
    .sort((left, right) => left.letters - right.letters);
  return best && best.letters <= 3 && best.letters < written.length / 2 ? best.word : null;
}
