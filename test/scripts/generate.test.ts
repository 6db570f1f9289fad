import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { causeKindsOf, causeKindsText } from '../../scripts/generate/cause-kinds.ts';
import { generated } from '../../scripts/generate/generated.ts';
import { settingsSchema } from '../../scripts/generate/schemas.ts';
import { vocabularyOf, vocabularyText } from '../../scripts/generate/vocabulary.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const files = await generated();

describe('what is made from the schemas and the extension points', () => {
  it.each(files.map(({ path, text }) => [path, text]))('%s is current (npm run generate)', async (path, text) => {
    expect(await readFile(join(ROOT, path), 'utf8')).toBe(text);
  });

  it('explains every field of nightshift.yaml with its default and bounds', () => {
    const text = files.find(({ path }) => path === 'docs/configuration.md')?.text ?? '';
    expect(text).toContain('| `limits.max_replicas` | `20` | a whole number, at least 1 |');
    expect(text).toContain('| `defaults.timeout` | `5m` | a duration');
    expect(text).toMatch(/\| `services\[\]\.critical` \|/);
    expect(text).toMatch(/\| `PORT` \| `3000` \| a whole number, 0 to 65535 \|/);
  });

  it('lists every action with what it cures and its parameters', () => {
    const text = files.find(({ path }) => path === 'docs/playbooks.md')?.text ?? '';
    expect(text).toContain('### scale_horizontal');
    expect(text).toMatch(/`overload` 18:2/);
    expect(text).toMatch(/\| `factor` \| how many times/);
  });

  it('lets an editor complete nightshift.yaml', () => {
    const limits = settingsSchema().properties?.limits?.properties?.max_replicas;
    expect(limits).toMatchObject({ type: 'integer', minimum: 1, default: 20, description: expect.any(String) });
  });
});

const SIGN = { chart: null, shownByPods: false, isContext: false };
const CAUSE = { area: 'scheduling', title: 'no CPU', object: 'workload', whose: 'author', should: 'less' } as const;

describe('kinds of cause', () => {
  it('are described by one file each', () => {
    const one = { name: 'one', finds: { insufficient_cpu: CAUSE } };
    expect(causeKindsText(causeKindsOf([one]))).toContain("  insufficient_cpu: { area: 'scheduling', title: 'no CPU'");
    expect(() => causeKindsOf([one, { ...one, name: 'other' }])).toThrow('one both describe insufficient_cpu');
    const stranger = { name: 'other', finds: {}, alsoFinds: ['nobody'] };
    expect(() => causeKindsOf([one, stranger])).toThrow('other also finds nobody, which no file describes');
  });
});

describe('the vocabulary', () => {
  it('takes no word of which two files say another thing', () => {
    const twice = [
      { name: 'one', finds: { rollout: SIGN } },
      { name: 'other', finds: { rollout: { ...SIGN, isContext: true } } },
    ];
    expect(() => vocabularyOf(twice, [], [])).toThrow('other says another thing of rollout');
  });

  it('has each word once, in order, and is TypeScript', () => {
    const vocabulary = vocabularyOf(
      [
        { name: 'one', finds: { rollout: SIGN, crash_loop: { ...SIGN, shownByPods: true } } },
        { name: 'other', finds: { rollout: SIGN } },
      ],
      ['insufficient_cpu'],
      [{ name: 'not_ready', says: { now: "isn't ready", past: "wasn't ready" }, shownBy: ['not_ready'] }],
    );
    expect(vocabulary.findings).toEqual(['crash_loop', 'insufficient_cpu', 'rollout']);
    expect(vocabularyText(vocabulary)).toContain("  'crash_loop',\n  'insufficient_cpu',\n  'rollout',\n] as const;");
    expect(vocabularyText(vocabulary)).toContain(
      `  not_ready: { now: "isn't ready", past: "wasn't ready", shownBy: ['not_ready'] },`,
    );
  });
});

it('the YAML files that come along name their schema, so that editors complete them', async () => {
  const files = (await readdir(join(ROOT, 'playbooks'))).filter((name) => name.endsWith('.yaml'));
  const heads = await Promise.all(files.map(async (name) => readFile(join(ROOT, 'playbooks', name), 'utf8')));
  expect(heads.length).toBeGreaterThan(10);
  for (const text of heads)
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../schemas/playbook.schema.json');
});
