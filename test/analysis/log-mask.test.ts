import { describe, expect, it } from 'vitest';
import { foldStack, maskLine } from '../../src/analysis/log-mask.ts';

describe('maskLine', () => {
  it.each([
    ['login with password=hunter2 done', 'hunter2'],
    ['"api_key": "k-93jd9s8f7"', 'k-93jd9s8f7'],
    ['Authorization: Bearer abc.def-123456', 'abc.def-123456'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'eyJhbGci'],
    ['mail to jane.doe+x@example.org bounced', 'jane.doe'],
    ['call +44 20 7946 0958 back', '7946'],
    ['card 4111 1111 1111 1111 declined', '4111'],
    ['from 10.2.3.4:5432 and 2001:db8:0:0:1::1', '10.2.3.4'],
    ['GET https://user:pw@shop.example/cart?session=77', 'pw@'],
    ['{"name":"Jane Doe","age":41}', 'Jane'],
    ['customer=Jane signed in', 'Jane'],
    ['level=error msg="card declined" customer="Jane Doe"', 'Jane'],
    ['level=error msg="login with password=hunter2 failed"', 'hunter2'],
    ['{"level":"error","message":"mail to jane.doe@example.org bounced"}', 'jane.doe'],
    ['{"message":"declined for \\"Jane Doe\\"","code":7}', 'Jane'],
    ['no answer for "Jane": gave up', 'Jane'],
    ['key AKIAIOSFODNN7EXAMPLE used', 'AKIAIOSFODNN7EXAMPLE'],
    ['-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----', 'MIIabc'],
    ['trace 4bf92f3577b34da6a3ce929d0e0e4736 ended', '4bf92f'],
  ])('hides what is private in %j', (line, hidden) => {
    expect(maskLine(line)).not.toContain(hidden);
  });

  it('keeps what the programmer wrote, code locations included', () => {
    expect(maskLine('ERROR c.s.ContactsServiceImpl#37 No contacts found (Main.java:53) in utf8')).toBe(
      'ERROR c.s.ContactsServiceImpl#37 No contacts found (Main.java:53) in utf8',
    );
    expect(maskLine('OOM: killed process 4711 after 3.5s')).toBe('OOM: killed process <n> after <n>s');
  });

  it('keeps what is said in structured lines, as in plain ones', () => {
    expect(maskLine('ts=2026-01-02T03:04:05Z level=error msg="cannot open ledger: 3 tries" status=500')).toBe(
      'ts=<*> level=error msg=cannot open ledger: <n> tries status=<*>',
    );
    expect(maskLine('{"level":"error","msg":"cannot open ledger","tries":3}')).toBe(
      '{level:error,msg:cannot open ledger,tries:<*>}',
    );
  });

  it('gives the same text for the same message with other data', () => {
    const line = (id: string, n: number) => `2026-01-02T03:04:0${n}.12Z INFO [getRoute][Route ID：${id}] took ${n}ms`;
    expect(maskLine(line('f3d4d4ef-693b-4456-8eed-59c0d717dd08', 3))).toBe(
      maskLine(line('92708982-77af-4318-be25-57ccb0ff69ad', 7)),
    );
  });
});

describe('foldStack', () => {
  it('keeps the last line of a Python traceback', () => {
    const record =
      'request failed\nTraceback (most recent call last):\n  File "app.py", line 3, in run\nKeyError: missing';
    expect(foldStack(record)).toBe('request failed ⟵ KeyError: missing');
  });

  it('leaves a plain line alone', () => {
    expect(foldStack('all is well')).toBe('all is well');
  });
});
