import { describe, expect, it } from 'vitest';
import { logSigns } from '../../../src/domain/snapshot/log-signs.ts';

const kindOf = (line: string) =>
  logSigns({ namespace: 'shop', pod: 'cart-1', container: 'server', previous: false, lines: [line] })[0]?.kind;

describe('a line of a program that stops at what it is given', () => {
  it.each([
    [String.raw`panic: parse "redis://\n\n": net/url: invalid control character in URL`, 'bad_config'],
    ['Error: invalid connection string', 'bad_config'],
    ['Error: illegal base64 data at input byte 4', 'bad_config'],
    ['binascii.Error: Incorrect padding', 'bad_config'],
    ['level=fatal msg="cannot read config: read /etc/app/application.yaml: is a directory"', 'missing_file'],
    ["java.sql.SQLException: The table 'orders' is full", 'disk_full'],
  ])('%s', (line, kind) => {
    expect(kindOf(line)).toBe(kind);
  });
});
