import { describe, expect, it } from 'vitest';
import { jsonPatch } from '../../../../sandbox/kube/patch/json-patch.ts';
import { mergePatch } from '../../../../sandbox/kube/patch/merge-patch.ts';

const OBJECT = { a: { b: [1, 2, 3] }, 'x/y': 'slash', '~t': 'tilde' };

describe('a JSON patch', () => {
  it.each([
    ['adds a field', [{ op: 'add', path: '/a/c', value: 9 }], { ...OBJECT, a: { b: [1, 2, 3], c: 9 } }],
    ['inserts into a list', [{ op: 'add', path: '/a/b/1', value: 9 }], { ...OBJECT, a: { b: [1, 9, 2, 3] } }],
    ['appends to a list', [{ op: 'add', path: '/a/b/-', value: 9 }], { ...OBJECT, a: { b: [1, 2, 3, 9] } }],
    ['replaces an item', [{ op: 'replace', path: '/a/b/0', value: 9 }], { ...OBJECT, a: { b: [9, 2, 3] } }],
    ['removes an item', [{ op: 'remove', path: '/a/b/0' }], { ...OBJECT, a: { b: [2, 3] } }],
    ['moves', [{ op: 'move', from: '/a/b', path: '/z' }], { ...OBJECT, a: {}, z: [1, 2, 3] }],
    ['copies', [{ op: 'copy', from: '/a/b/0', path: '/z' }], { ...OBJECT, z: 1 }],
    [
      'reads escaped names',
      [
        { op: 'replace', path: '/x~1y', value: 1 },
        { op: 'replace', path: '/~0t', value: 2 },
      ],
      { ...OBJECT, 'x/y': 1, '~t': 2 },
    ],
    [
      'goes on after a test that holds',
      [
        { op: 'test', path: '/a/b', value: [1, 2, 3] },
        { op: 'remove', path: '/a' },
      ],
      { 'x/y': 'slash', '~t': 'tilde' },
    ],
  ])('%s', (_, steps, expected) => {
    expect(jsonPatch(OBJECT, steps)).toEqual({ ok: true, value: expected });
  });

  it.each([
    ['a test that fails', [{ op: 'test', path: '/a/b/0', value: 2 }], 'test'],
    ['a path that is not there', [{ op: 'remove', path: '/a/q' }], 'path'],
    ['a replacement of nothing', [{ op: 'replace', path: '/a/q', value: 1 }], 'path'],
    ['an index beyond the list', [{ op: 'add', path: '/a/b/7', value: 1 }], 'path'],
    ['an unknown operation', [{ op: 'swap', path: '/a' }], 'malformed'],
    ['something else than a list', { op: 'add' }, 'malformed'],
  ])('refuses %s', (_, steps, why) => {
    expect(jsonPatch(OBJECT, steps)).toMatchObject({ ok: false, why });
  });

  it('leaves the object alone when a later step fails', () => {
    const object = structuredClone(OBJECT);
    jsonPatch(object, [
      { op: 'remove', path: '/a' },
      { op: 'remove', path: '/nowhere' },
    ]);
    expect(object).toEqual(OBJECT);
  });
});

describe('a JSON merge patch', () => {
  it('merges objects, deletes with null, and replaces lists', () => {
    expect(mergePatch({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { b: null, e: 3 }, d: [3] })).toEqual({
      a: { c: 2, e: 3 },
      d: [3],
    });
  });
});
