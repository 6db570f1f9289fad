import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { managerNotes } from '../../src/domain/managed-by.ts';
import { maskText } from '../../src/domain/mask-text.ts';
import { objectDiff, toYaml } from '../../src/domain/object-diff.ts';
import { pathText, readPath, sameJson } from '../../src/domain/object-path.ts';
import { blastRadius, planDigest } from '../../src/domain/plan.ts';

const change = fc.record({ path: fc.string(), before: fc.string(), after: fc.string() });

describe('a plan digest', () => {
  it('is equal exactly for the same action, target and changes, in any order', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.array(change, { maxLength: 4 }),
        change,
        (action, uid, changes, extra) => {
          const digest = planDigest(action, uid, changes);
          expect(digest).toMatch(/^[0-9a-f]{64}$/);
          expect(planDigest(action, uid, [...changes].reverse())).toBe(digest);
          expect(planDigest(`${action}x`, uid, changes)).not.toBe(digest);
          expect(planDigest(action, `${uid}x`, changes)).not.toBe(digest);
          expect(planDigest(action, uid, [...changes, extra])).not.toBe(digest);
        },
      ),
    );
  });
});

describe('the blast radius', () => {
  const level = (podsTotal: number, readyAffected: number, podsReady: number, readyAwayAtOnce: number) =>
    blastRadius({
      namespace: 'shop',
      service: 's',
      message: '',
      podsTotal,
      podsAffected: readyAffected,
      readyAffected,
      podsReady,
      readyAwayAtOnce,
    }).level;

  it.each([
    ['nothing is touched', 3, 0, 3, 0, 'low'],
    ['one of three restarts', 3, 1, 3, 1, 'low'],
    ['one of two restarts', 2, 1, 2, 1, 'medium'],
    ['the only one restarts', 1, 1, 1, 1, 'high'],
    ['only pods that do not serve restart', 3, 0, 2, 0, 'low'],
    ['all are replaced in turn', 4, 4, 4, 1, 'medium'],
    ['all are replaced at once', 4, 4, 4, 4, 'high'],
  ])('when %s', (_words, total, affected, ready, away, expected) => {
    expect(level(total, affected, ready, away)).toBe(expected);
  });
});

describe('a diff of objects', () => {
  const object = (image: string, env: unknown[] = []) => ({
    metadata: { name: 'x', resourceVersion: image, managedFields: [1] },
    spec: { containers: [{ name: 'app', image, env }] },
    status: { image },
  });

  it('shows what a person has to see and nothing else', () => {
    const diff = objectDiff('shop/x', object('a:1'), object('a:2'));
    expect(diff).toContain('-      image: a:1\n+      image: a:2'.replaceAll('      ', '    '));
    for (const noise of ['resourceVersion', 'managedFields', 'status']) expect(diff).not.toContain(noise);
    expect(objectDiff('x', object('a'), { ...object('a'), status: 'other' })).toBe('');
  });

  it('masks variables that sound secret', () => {
    const diff = objectDiff(
      'x',
      object('a', [{ name: 'API_KEY', value: 'one' }]),
      object('a', [
        { name: 'API_KEY', value: 'two' },
        { name: 'MODE', value: 'fast' },
      ]),
    );
    expect(diff).toContain('fast');
    expect(diff).not.toMatch(/one|two/);
  });

  it('is at most 3,000 characters', () => {
    const many = (prefix: string) =>
      object(
        'a',
        Array.from({ length: 500 }, (_, n) => ({ name: `V${n}`, value: `${prefix}${n}` })),
      );
    expect(objectDiff('x', many('a'), many('b')).length).toBeLessThanOrEqual(3_000);
  });

  it('writes YAML that reads back as the same', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
          fc.jsonValue({ maxDepth: 3 }),
        ),
        (object) => {
          fc.pre(!JSON.stringify(object).includes('__proto__') && !JSON.stringify(object).includes('[['));
          expect(sameJson(parse(toYaml(object)) ?? {}, JSON.parse(JSON.stringify(object)))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a path into an object', () => {
  const path = ['spec', 'containers', 'name=app', 'limits', 'memory'];

  it('is read and told', () => {
    const object = { spec: { containers: [{ name: 'x' }, { name: 'app', limits: { memory: '1Mi' } }] } };
    expect(readPath(object, path)).toBe('1Mi');
    expect(readPath({ spec: 1 }, path)).toBeUndefined();
    expect(pathText(path)).toBe('spec.containers[app].limits.memory');
  });
});

describe('the notes on other managers', () => {
  const nobody = { labels: {}, annotations: {}, managers: [] };
  const manager = (name: string, field: string, operation = 'Apply') => ({
    ...nobody,
    managers: [{ manager: name, operation, fields: [field] }],
  });

  it('name the tool that owns the field, or the object', () => {
    expect(managerNotes(manager('argocd-controller', 'spec.replicas'), 'spec.replicas')).toEqual([
      expect.stringContaining('Argo CD manages spec.replicas'),
    ]);
    expect(
      managerNotes(manager('helm', 'spec.template.spec.containers[name=app].image', 'Update'), 'spec.template'),
    ).toEqual([expect.stringContaining('Helm')]);
    expect(managerNotes({ ...nobody, labels: { 'kustomize.toolkit.fluxcd.io/name': 'x' } }, 'spec.replicas')).toEqual([
      expect.stringContaining('Flux manages this object'),
    ]);
    expect(managerNotes(manager('kubectl', 'spec.replicas'), 'spec.replicas')).toEqual([]);
    expect(managerNotes(manager('helm', 'spec.paused'), 'spec.replicas')).toEqual([]);
  });
});

describe('masked text', () => {
  it.each([
    ['token: abcdefgh123', 'token: ***'],
    ['Authorization: Bearer abcdefghijk', 'Authorization: ***'],
    ['redis://:pw@cache:6379/0', 'redis://***@cache:6379/0'],
    ['mail from jo.doe@example.com', 'mail from ***@***'],
    ['p99 is 1234 ms', 'p99 is 1234 ms'],
  ])('%s', (text, masked) => {
    expect(maskText(text, 200)).toBe(masked);
  });

  it('is one line within its length', () => {
    expect(maskText('a\nb\u0000c', 200)).toBe('a b c');
    expect(maskText('x'.repeat(50), 10)).toHaveLength(10);
  });
});
