import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What the README prints to be typed works as it is printed. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
const PROGRAMS: Record<string, string> = {
  nightshift: 'src/cli.ts',
  bench: 'test/bench/run.ts',
  soak: 'test/soak/run.ts',
};

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'readme-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** All that is printed as `npm run <program> -- <arguments>`. */
const printed = [...readme.matchAll(/npm run (nightshift|bench|soak) -- ([^`#|\n]+)/g)].map(([, program, args]) => ({
  program: program!,
  args: args!.trim().split(/\s+/),
}));

async function typed(program: string, args: string[]): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, [PROGRAMS[program]!, ...args], { cwd: ROOT });
  return `${stdout}${stderr}`;
}

describe('the README', () => {
  it('names only verbs that there are', async () => {
    expect(printed.length).toBeGreaterThan(12);
    const help = await typed('nightshift', ['--help']);
    const verbs = [...help.matchAll(/^ {2}([a-z-]+)/gm)].map(([, verb]) => verb);
    const named = printed.filter(({ program }) => program === 'nightshift').map(({ args }) => args[0]);
    expect(named.filter((verb) => !verbs.includes(verb))).toEqual([]);
  });

  it.each([
    ['diagnose docs/examples/diagnose', 'nightshift', /checkout-api/],
    ['score docs/examples/series.csv', 'nightshift', /2016 points scored; 1 alarm/],
    ['rbac --observe --namespaces shop', 'nightshift', /kind: Role\b/],
    ['--help', 'bench', /petshop/],
    ['--help', 'soak', /quarter/],
  ])('prints %s, which works', async (text, program, answer) => {
    const args = text.split(' ');
    expect(
      printed.filter((one) => one.program === program).map((one) => one.args.slice(0, args.length)),
    ).toContainEqual(args);
    expect(await typed(program, args)).toMatch(answer);
  });
});
