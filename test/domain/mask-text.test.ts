import { describe, expect, it } from 'vitest';
import { maskText, maskTexts } from '../../src/domain/mask-text.ts';

describe('maskText', () => {
  it.each([
    ['login with password=hunter2 done', 'hunter2'],
    ['{"db":{"password":"hunter2"}}', 'hunter2'],
    ['said {\\"api_key\\":\\"k-93jd9s8f7\\"}', 'k-93jd9s8f7'],
    ['Authorization: Basic dXNlcjpwdw==', 'dXNlcjpwdw'],
    ['X-Api-Key: 93jd9s8f7', '93jd9s8f7'],
    ['postgres://shop:hunter2@ledger-db:5432/shop', 'hunter2'],
    ['GET /cart?session=77aa&token=abc1 failed', 'abc1'],
    ['Set-Cookie: sid-session=s3cr3t; Path=/', 's3cr3t'],
    ['mail to jane.doe+x@example.org bounced', 'jane.doe'],
    ['slack xoxb-123456789012-abcdef', '123456789012'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'eyJhbGci'],
  ])('hides what is private in %j', (text, hidden) => {
    expect(maskText(text, 300)).not.toContain(hidden);
  });

  it('leaves what is nobody’s secret as it is', () => {
    const line = 'author=jane: 3 of 4 tokens-per-minute limits hit, see key "cart", passed: yes';
    expect(maskText('connection refused by ledger-db:5432, try 3', 300)).toBe(
      'connection refused by ledger-db:5432, try 3',
    );
    expect(maskText(line, 300)).toContain('author=jane');
  });

  it('hides every secret of a line with many', () => {
    const masked = maskText(`${'password=hunter2 '.repeat(50)}token:"hunter2" {"secret" : 'hunter2'}`, 4_000);
    expect(masked).not.toContain('hunter2');
  });

  it('never cuts through a character', () => {
    for (let length = 1; length < 12; length += 1) expect(maskText('😀😀😀😀😀😀', length).isWellFormed()).toBe(true);
    expect(maskText('ab😀cd', 4)).toBe('ab…');
  });
});

describe('maskTexts', () => {
  it('hides a value by its name, or by its looks', () => {
    expect(maskTexts({ service: 'cart', db_password: 'hunter2', summary: 'call with token=abcd1234 failed' })).toEqual({
      service: 'cart',
      db_password: '***',
      summary: 'call with token=*** failed',
    });
  });
});
