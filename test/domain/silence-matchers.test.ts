import { expect, it } from 'vitest';
import { matchersOf, readMatcher } from '../../src/domain/silence-matchers.ts';

const alert = (name: string, labels: Record<string, string>, status: 'firing' | 'resolved' = 'firing') => ({
  name,
  status,
  labels: { alertname: name, ...labels },
});

it('silences the alerts of a name by what they have in common, and those that fire alone', () => {
  expect(
    matchersOf([
      alert('Crash', { namespace: 'shop', pod: 'a' }),
      alert('Crash', { namespace: 'shop', pod: 'b' }),
      alert('Slow', { service: 'x' }),
      alert('Over', {}, 'resolved'),
    ]),
  ).toEqual([
    [
      { name: 'alertname', value: 'Crash' },
      { name: 'namespace', value: 'shop' },
    ],
    [
      { name: 'alertname', value: 'Slow' },
      { name: 'service', value: 'x' },
    ],
  ]);
  expect(matchersOf([{ name: 'x', status: 'firing', labels: {} }])).toEqual([]);
});

it('reads a whole label and its value, and nothing that would silence more', () => {
  expect(readMatcher('alertname=Foo')).toEqual({ name: 'alertname', value: 'Foo' });
  expect(readMatcher('service="a b"')).toEqual({ name: 'service', value: 'a b' });
  for (const wrong of ['payment-api', 'a=~.*', 'a==b', '=x', 'a=', 'a b=c']) expect(readMatcher(wrong)).toBeNull();
});
