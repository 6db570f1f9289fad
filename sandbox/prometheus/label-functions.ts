import { type Column, unite } from './column.ts';
import { anchoredRegex } from './literals.ts';
import { QueryFailure } from './syntax.ts';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

function checked(name: string, fn: string): string {
  if (LABEL_NAME.test(name)) return name;
  throw new QueryFailure('execution', `invalid label name in ${fn}(): ${name}`);
}

function withLabel(column: Column, name: string, value: string): Column {
  const { [name]: _, ...rest } = column.labels;
  return { ...column, labels: value === '' ? rest : { ...rest, [name]: value } };
}

/** label_replace(v, destination, replacement, source, regex). */
export function labelReplace(
  columns: readonly Column[],
  [destination = '', replacement = '', source = '', pattern = '']: string[],
): Column[] {
  checked(destination, 'label_replace');
  let regex: RegExp;
  try {
    regex = anchoredRegex(pattern);
  } catch {
    throw new QueryFailure('execution', `invalid regular expression in label_replace(): ${pattern}`);
  }
  const replaced = columns.map((column) => {
    const found = regex.exec(column.labels[source] ?? '');
    return found ? withLabel(column, destination, expand(replacement, found)) : column;
  });
  return unite(replaced);
}

/** `$1`, `${1}`, `$name`, `${name}` and `$$`, as Go's Regexp.Expand. */
function expand(template: string, found: RegExpExecArray): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) return whole === '$$' ? '$' : '';
    return (/^\d+$/.test(name) ? found[Number(name)] : found.groups?.[name]) ?? '';
  });
}

/** label_join(v, destination, separator, source…). */
export function labelJoin(
  columns: readonly Column[],
  [destination = '', separator = '', ...sources]: string[],
): Column[] {
  checked(destination, 'label_join');
  const joined = columns.map((c) => withLabel(c, destination, sources.map((s) => c.labels[s] ?? '').join(separator)));
  return unite(joined);
}
