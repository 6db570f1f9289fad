const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

/** `1h30m`, or a number of seconds, as milliseconds; undefined when it is neither. */
export function readDuration(text: string): number | undefined {
  if (/^(\d+(ms|[smhdwy]))+$/.test(text)) {
    let sum = 0;
    for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) sum += Number(amount) * UNIT_MS[unit!]!;
    return sum;
  }
  const seconds = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(seconds) ? Math.round(seconds * 1000) : undefined;
}

/** A number as PromQL writes it: decimal, hexadecimal, Inf, NaN, or a duration in seconds. Undefined when it is none. */
export function readNumber(text: string): number | undefined {
  const found = /^([+-]?)\s*(.+)$/.exec(text.replaceAll('_', ''));
  if (!found) return undefined;
  const sign = found[1] === '-' ? -1 : 1;
  const body = found[2]!.toLowerCase();
  if (body === 'inf') return sign * Number.POSITIVE_INFINITY;
  if (body === 'nan') return Number.NaN;
  const value = Number(body);
  if (!Number.isNaN(value)) return sign * value;
  const duration = readDuration(body);
  return duration === undefined ? undefined : (sign * duration) / 1000;
}

const ESCAPES: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** A quoted string with Go's escapes; backquotes take all as it is. Undefined when it isn't closed or an escape is unknown. */
export function readString(text: string): string | undefined {
  const quote = text[0];
  if (text.length < 2 || text.at(-1) !== quote) return undefined;
  const body = text.slice(1, -1);
  if (quote === '`') return body;
  let bad = false;
  const read = body.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/gs, (_, code: string) => {
    if (/^[xuU]./.test(code)) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]{3}$/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    const known = ESCAPES[code];
    if (known === undefined) bad = true;
    return known ?? '';
  });
  return bad ? undefined : read;
}

/** RE2's common ground with JavaScript, anchored at both ends as in Prometheus. Throws SyntaxError. */
export function anchoredRegex(pattern: string): RegExp {
  const folded = /^\(\?([is]+)\)/.exec(pattern);
  const body = folded ? pattern.slice(folded[0].length) : pattern;
  return new RegExp(`^(?:${body})$`, folded?.[1]?.includes('i') ? 'si' : 's');
}

/** As Go's `strconv.FormatFloat(v, 'f', -1, 64)`: the shortest digits that read back the same, without an exponent. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  const found = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!found) return text;
  const [, sign = '', lead = '', rest = '', exponent = '0'] = found;
  const digits = lead + rest;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}
