import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesFor, isName, POINTS } from '../../scripts/new/templates.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const isExported = (name: string, text: string): boolean =>
  new RegExp(`export (async )?(type|const|function|class) ${name}\\b`).test(text) ||
  new RegExp(`export (type )?\\{[^}]*\\b${name}\\b`).test(text);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-new-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('npm run new', () => {
  it('writes a file of each extension point where it is found, and a test at the same path', () => {
    const paths = POINTS.map((point) => filesFor(point, 'raise_hpa_max').map(({ path }) => path));
    expect(paths).toEqual([
      ['src/actions/raise-hpa-max.ts', 'test/actions/raise-hpa-max.test.ts'],
      ['src/correlators/raise-hpa-max.ts', 'test/correlators/raise-hpa-max.test.ts'],
      ['src/correlators/state/raise-hpa-max.ts', 'test/correlators/state/raise-hpa-max.test.ts'],
      ['src/detectors/raise-hpa-max.ts', 'test/detectors/raise-hpa-max.test.ts'],
      ['src/kinds/raise-hpa-max.ts', 'test/kinds/raise-hpa-max.test.ts'],
      ['commands/raise-hpa-max.ts', 'test/commands/raise-hpa-max.test.ts'],
      ['playbooks/raise-hpa-max.yaml', 'test/playbooks/raise-hpa-max.test.ts'],
    ]);
  });

  it.each(['action', 'correlator', 'state-correlator', 'detector', 'kind'] as const)(
    '%s: what it writes is loaded by its name',
    async (point) => {
      const [{ text } = { text: '' }] = filesFor(point, 'raise_hpa_max');
      const file = join(folder, `${point}.ts`);
      await writeFile(file, text);
      const loaded = (await import(pathToFileURL(file).href)) as { default: { name: string } };
      expect(loaded.default.name).toBe('raise_hpa_max');
    },
  );

  it.each(POINTS.filter((point) => point !== 'playbook'))('%s: what it imports is exported there', async (point) => {
    for (const { path, text } of filesFor(point, 'raise_hpa_max'))
      for (const [, names = '', from = ''] of text.matchAll(/^import (?:type )?\{([^}]+)\} from '(\.[^']+)'/gm)) {
        const there = await readFile(join(ROOT, dirname(path), from), 'utf8');
        for (const name of names.split(',').map((one) => one.replace('type ', '').trim()))
          expect(`${from}: ${isExported(name, there)}`, name).toBe(`${from}: true`);
      }
  });

  it('takes names in snake_case', () => {
    expect(['raise_hpa_max', 'x2'].every(isName)).toBe(true);
    expect(['RaiseHpa', 'raise-hpa', '../etc', '', 'a__b'].some(isName)).toBe(false);
  });
});
