import type { Finding } from './types/finding.ts';
import { CONTEXT_FINDINGS, SHOWN_BY_PODS } from './vocabulary.ts';

/** Facts in the order that convinces: the change, the container that fails, its last words, then the rest; within each the strongest first. */
export function inOrderThatConvinces(findings: readonly Finding[]): Finding[] {
  const sorted = [...findings].sort((a, b) => b.strength - a.strength);
  // One of each: three changes would leave no room for what they did.
  const first = FIRST.flatMap((is) => sorted.find(is) ?? []);
  return [...first, ...sorted.filter((one) => !first.includes(one))];
}

const isChange = ({ kind }: Finding): boolean => kind === 'change';
const isLastWords = ({ kind }: Finding): boolean => kind === 'log';
const isFailing = (one: Finding): boolean =>
  !isChange(one) &&
  !isLastWords(one) &&
  !CONTEXT_FINDINGS.has(one.what) &&
  (one.convicts === true || SHOWN_BY_PODS.has(one.what) || one.about.kind === 'Pod');

const FIRST = [isChange, isFailing, isLastWords];
