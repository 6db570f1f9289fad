import { type Document, isMap, isNode, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';

/** One thing that is wrong, where a person can find it; line and column count from 1. */
export type YamlError = { file: string; line: number; column: number; message: string };

export type Place = { line: number; column: number };

/** `placeOf` finds the value at a path, or the nearest parent that is there. */
export type CheckedYaml<T> =
  | { ok: true; value: T; placeOf(path: PropertyKey[]): Place }
  | { ok: false; errors: YamlError[] };

/** `file:line:column: message`, as compilers and editors write it. */
export const yamlErrorLine = ({ file, line, column, message }: YamlError): string =>
  `${file}:${line}:${column}: ${message}`;

/** Reads one YAML text against its schema; every error that it has, with its place. `file` only names it. */
export function readCheckedYaml<S extends z.ZodType>(file: string, text: string, schema: S): CheckedYaml<z.output<S>> {
  if (text.length > MOST_TEXT || deepest(text) > MOST_DEEP)
    return {
      ok: false,
      errors: [{ file, line: 1, column: 1, message: 'is too large or too deeply nested to be read' }],
    };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false, prettyErrors: false });
  // Each of a thousand errors made pretty takes a second of the reader's time; only the first is told.
  // What follows the first break in the syntax is mostly an echo of it.
  const [broken] = document.errors;
  if (broken) {
    const message = (broken.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    return { ok: false, errors: [{ file, ...place(lines, broken.pos[0]), message }] };
  }
  const aliases = aliasesIn(document, lines).map((at) => ({ file, ...at, message: ALIAS }));
  if (aliases.length > 0) return { ok: false, errors: aliases };
  const checked = schema.safeParse(document.toJS());
  if (checked.success)
    return { ok: true, value: checked.data, placeOf: (path) => placeOf(document, lines, path, null) };
  const errors = checked.error.issues.flatMap(told).map(({ path, key, message }) => {
    const at = dotted(path);
    return { file, ...placeOf(document, lines, path, key), message: at ? `${at}: ${message}` : message };
  });
  return { ok: false, errors };
}

type Told = { path: PropertyKey[]; key: string | null; message: string };

function told(issue: z.core.$ZodIssue): Told[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: issue.path, key, message: `unknown key "${key}"` }));
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return [ofUnion(issue.path, issue.errors, issue.message)];
  const message = issue.message.replace(/^Invalid input: .*received undefined$/, 'is missing');
  return [{ path: issue.path, key: null, message }];
}

/** Of several shapes that a value may have, what is wrong by the one that it is nearest to: the one that it got furthest with. */
function ofUnion(path: PropertyKey[], errors: z.core.$ZodIssue[][], whole: string): Told {
  const firsts = errors.flatMap(([first]) => first ?? []);
  const [best] = firsts.toSorted((left, right) => nearness(right) - nearness(left));
  // Where it got nowhere in any of them, what the union says of itself is the better word.
  if (best?.path.length === 0 && whole !== ZODS_OWN) return { path, key: null, message: whole };
  const inner = best ? told({ ...best, path: [...path, ...best.path] })[0] : undefined;
  return inner ?? { path, key: null, message: 'is not as it should be' };
}

const ZODS_OWN = 'Invalid input';

const nearness = ({ code, path }: z.core.$ZodIssue): number => path.length * 2 + (code === 'invalid_type' ? 0 : 1);

/** In characters; what people write is far below. */
const MOST_TEXT = 512 * 1024;
const MOST_DEEP = 60;

/** How many brackets are open at once: the parser's time and stack grow with it. */
function deepest(text: string): number {
  let open = 0;
  let most = 0;
  for (const character of text) {
    if (character === '[' || character === '{') open += 1;
    else if (character === ']' || character === '}') open = Math.max(0, open - 1);
    most = Math.max(most, open);
  }
  return most;
}

const ALIAS = 'an alias (*name) is not read: what holds here must be written here';

function aliasesIn(document: Document, lines: LineCounter): Place[] {
  const found: Place[] = [];
  visit(document, {
    Alias: (_key, node) => {
      found.push(place(lines, node.range?.[0] ?? 0));
    },
  });
  return found;
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
