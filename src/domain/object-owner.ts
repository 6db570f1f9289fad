import { isRecord, readPath } from './object-path.ts';

/** The last part of a label's or annotation's key that says whose an object is, and where it comes from. */
const PEOPLE = /^(team|owner|owners|owned-by|squad|contact|maintainer|oncall|on-call|chat|slack|slack-channel)$/i;
const SOURCE = /^(repository|repo|repo-url|git-repo|source-location|project-slug|origin|git-path|vcs-url|git-url)$/i;

export type OwnerTold = { people: string[]; sources: string[] };

const MOST = 3;

/** Whose an object is by its own labels and annotations: `team payments`, and the repository or path that it names. */
export function ownerTold(raw: Record<string, unknown>): OwnerTold {
  const entries = ['annotations', 'labels'].flatMap((field) => {
    const found = readPath(raw, ['metadata', field]);
    return isRecord(found) ? Object.entries(found) : [];
  });
  const told = (pattern: RegExp) =>
    entries.flatMap(([key, value]) => {
      const last = key.split('/').at(-1) ?? '';
      return pattern.test(last) && typeof value === 'string' && value.trim() !== ''
        ? [`${last} ${oneLine(value)}`]
        : [];
    });
  return { people: [...new Set(told(PEOPLE))].slice(0, MOST), sources: [...new Set(told(SOURCE))].slice(0, MOST) };
}

const oneLine = (text: string): string => text.trim().split(/\s+/).join(' ').slice(0, 120);
