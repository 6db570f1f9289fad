import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type { Playbook } from '../../domain/types.ts';
import { playbookSchema } from './playbook-schema.ts';

/** One thing that is wrong, where a person can find it; line and column count from 1. */
export type PlaybookError = { file: string; line: number; column: number; words: string };

/** All that is wrong with all playbooks, in one go. */
export class PlaybookErrors extends Error {
  readonly errors: PlaybookError[];
  constructor(errors: PlaybookError[]) {
    super(errors.map(({ file, line, column, words }) => `${file}:${line}:${column}: ${words}`).join('\n'));
    this.name = 'PlaybookErrors';
    this.errors = errors;
  }
}

/**
 * Reads every `.yaml` and `.yml` of the folders. A playbook of a later folder replaces an earlier folder's for the same issue; twice in one folder
 * is an error. Throws PlaybookErrors with everything that is wrong.
 */
export async function loadPlaybooks(folders: string[]): Promise<Playbook[]> {
  const byIssue = new Map<string, Playbook>();
  const errors: PlaybookError[] = [];
  for (const folder of folders) {
    const seen = new Map<string, string>();
    for (const file of await filesOf(folder, errors)) {
      const parsed = parsePlaybook(file, await readFile(file, 'utf8'));
      if (!parsed.ok) {
        errors.push(...parsed.errors);
        continue;
      }
      const { issue } = parsed.playbook;
      const other = seen.get(issue);
      if (other) errors.push({ file, ...parsed.issueAt, words: `issue: "${issue}" is already in ${other}` });
      seen.set(issue, file);
      byIssue.set(issue, parsed.playbook);
    }
  }
  if (errors.length > 0) throw new PlaybookErrors(errors);
  return [...byIssue.values()];
}

async function filesOf(folder: string, errors: PlaybookError[]): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    errors.push({
      file: folder,
      line: 1,
      column: 1,
      words: `the folder can't be read: ${error instanceof Error ? error.message : String(error)}`,
    });
    return [];
  }
}

type Place = { line: number; column: number };
type Parsed = { ok: true; playbook: Playbook; issueAt: Place } | { ok: false; errors: PlaybookError[] };

/** One playbook's text; every error that it has, with its place. */
export function parsePlaybook(file: string, text: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false });
  // What follows the first break in the syntax is mostly an echo of it.
  const [broken] = document.errors;
  if (broken) {
    const words = (broken.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    return { ok: false, errors: [{ file, ...place(lines, broken.pos[0]), words }] };
  }
  const checked = playbookSchema.safeParse(document.toJS({ maxAliasCount: 20 }));
  if (checked.success) return { ok: true, playbook: checked.data, issueAt: placeOf(document, lines, ['issue'], null) };
  const errors = checked.error.issues.flatMap((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [null];
    return keys.map((key) => {
      const path = dotted(issue.path);
      const words =
        key === null
          ? issue.message.replace(/^Invalid input: .*received undefined$/, 'is missing')
          : `unknown key "${key}"`;
      return { file, ...placeOf(document, lines, issue.path, key), words: path ? `${path}: ${words}` : words };
    });
  });
  return { ok: false, errors };
}

function dotted(path: PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)),
    '',
  );
}

/** Of the value at the path (of the key itself, for an unknown key); of the nearest parent that is there when something is missing. */
function placeOf(document: Document, lines: LineCounter, path: PropertyKey[], key: string | null): Place {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (!isNode(node)) continue;
    const pair =
      isMap(node) && key !== null
        ? node.items.find((item) => isNode(item.key) && item.key.toString() === key)
        : undefined;
    const range = isNode(pair?.key) ? pair.key.range : node.range;
    if (range) return place(lines, range[0]);
  }
  return { line: 1, column: 1 };
}

function place(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
