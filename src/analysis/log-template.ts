import { foldStack, maskLine } from './log-mask.ts';

export type LogTemplate = { id: number; text: string; count: number; lastSeen: number };

/**
 * A bounded set of log templates, learned line by line after Drain (He, Zhu, Zheng, Lyu, "Drain: An Online Log Parsing
 * Approach with Fixed Depth Tree", ICWS 2017): lines of the same length and beginning are compared, the most similar
 * template takes the line, and where they differ gets a wildcard. Only masked text is ever kept.
 */
export type Miner = { limits: MinerLimits; nextId: number; groups: Map<string, Node[]>; size: number };

export type MinerLimits = {
  /** templates kept; above it those not seen for longest are forgotten */
  templates: number;
  /** words of a line that are compared */
  words: number;
  /** least share of equal words for a line to belong to a template, 0..1 */
  similarity: number;
};

type Node = { template: LogTemplate; words: string[] };

export const MINER_LIMITS: MinerLimits = { templates: 1_000, words: 60, similarity: 0.6 };

export function createMiner(limits: MinerLimits = MINER_LIMITS): Miner {
  return { limits, nextId: 1, groups: new Map(), size: 0 };
}

/** Adds one log record (stack traces and all) seen at `at` (epoch ms); returns its template, whose text may still grow wildcards. */
export function learn(miner: Miner, record: string, at: number): LogTemplate {
  return learnMasked(miner, maskLine(foldStack(record)), at);
}

/** The same for a record that is folded and masked already. */
export function learnMasked(miner: Miner, masked: string, at: number): LogTemplate {
  const words = wordsOf(miner, masked);
  const key = groupOf(words);
  const group = miner.groups.get(key) ?? [];
  const known = mostSimilar(group, words, miner.limits.similarity);
  if (known !== null) {
    generalise(known, words);
    known.template.count += 1;
    known.template.lastSeen = Math.max(known.template.lastSeen, at);
    return known.template;
  }
  const template = { id: miner.nextId, text: words.join(' '), count: 1, lastSeen: at };
  miner.nextId += 1;
  group.push({ template, words });
  miner.groups.set(key, group);
  miner.size += 1;
  if (miner.size > miner.limits.templates) forgetOldest(miner);
  return template;
}

/** All templates, in the order in which they were first seen. */
export function templatesOf(miner: Miner): LogTemplate[] {
  return [...miner.groups.values()].flatMap((group) => group.map((node) => node.template)).sort((a, b) => a.id - b.id);
}

function wordsOf(miner: Miner, masked: string): string[] {
  const words = masked.split(' ');
  return words.length <= miner.limits.words ? words : [...words.slice(0, miner.limits.words), '…'];
}

/** Lines are only compared within the same number of words and the same first three words, unless those vary themselves. */
function groupOf(words: readonly string[]): string {
  return [words.length, ...words.slice(0, 3).map(stem)].join(' ');
}

function stem(word: string): string {
  return word.includes('<') ? WILDCARD : word;
}

const WILDCARD = '<*>';

function mostSimilar(group: readonly Node[], words: readonly string[], least: number): Node | null {
  let best: Node | null = null;
  let most = least;
  for (const node of group) {
    let same = 0;
    // Of every line: an iterator would be most of the time.
    for (let i = 0; i < words.length; i += 1) if (node.words[i] === words[i]) same += 1;
    const share = same / words.length;
    if (share > most || (share === most && best === null)) {
      most = share;
      best = node;
    }
  }
  return best;
}

function generalise(node: Node, words: readonly string[]): void {
  let changed = false;
  for (let i = 0; i < words.length; i += 1) {
    if (node.words[i] === words[i] || node.words[i] === WILDCARD) continue;
    node.words[i] = WILDCARD;
    changed = true;
  }
  if (changed) node.template.text = node.words.join(' ');
}

/** Forgets a tenth at once, so that it isn't done for every line. */
function forgetOldest(miner: Miner): void {
  const times = templatesOf(miner)
    .map((template) => template.lastSeen)
    .sort((a, b) => a - b);
  let excess = Math.max(1, Math.floor(miner.limits.templates / 10));
  const limit = times[excess - 1]!;
  for (const [key, group] of miner.groups) {
    const kept = group.filter((node) => {
      if (node.template.lastSeen > limit || excess === 0) return true;
      excess -= 1;
      return false;
    });
    miner.size -= group.length - kept.length;
    if (kept.length === 0) miner.groups.delete(key);
    else miner.groups.set(key, kept);
  }
}
