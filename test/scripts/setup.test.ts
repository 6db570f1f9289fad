import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPTS = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'scripts');
const LOCK = '{"packages":{"":{}}}';

let root: string;
let bin: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nightshift-setup-'));
  bin = join(root, 'bin');
  await mkdir(bin);
  await cp(join(SCRIPTS, 'setup.mjs'), join(root, 'scripts', 'setup.mjs'));
  await cp(join(SCRIPTS, 'setup'), join(root, 'scripts', 'setup'), { recursive: true });
  await writeFile(join(root, 'package-lock.json'), LOCK);
  await symlink(process.execPath, join(bin, 'node'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function program(name: string, script = 'exit 0'): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, name), 0o755);
}

/** As if the dependencies had been installed by an earlier run. */
async function installed(): Promise<void> {
  await mkdir(join(root, 'node_modules', '.bin'), { recursive: true });
  await symlink(process.execPath, join(root, 'node_modules', '.bin', 'node'));
  const stamp = `${createHash('sha256').update(LOCK).digest('hex')} ${process.platform} ${process.arch}\n`;
  await writeFile(join(root, 'node_modules', '.nightshift-stamp'), stamp);
}

/** The set-up on a machine that has only what is in `bin`. */
function setup(args: string[], env: Record<string, string> = {}) {
  const ran = spawnSync(process.execPath, [join(root, 'scripts', 'setup.mjs'), ...args], {
    env: { PATH: bin, ...env },
    encoding: 'utf8',
  });
  return { code: ran.status, said: `${ran.stdout}${ran.stderr}` };
}

const skipped = async () =>
  JSON.parse(await readFile(join(root, '.nightshift', 'skipped.json'), 'utf8')) as { title: string; why: string }[];

describe.skipIf(process.platform === 'darwin')('npm start on a machine whose dependencies are there', () => {
  beforeEach(installed);

  it('says nothing when nothing is to be done', async () => {
    await program('redis-server');
    expect(setup([])).toEqual({ code: 0, said: '' });
  });

  it('compiles the app once, as it will be started, without starting it', async () => {
    await program('redis-server');
    await mkdir(join(root, 'src'));
    await writeFile(join(root, 'src', 'main.ts'), "if (import.meta.main !== false) throw new Error('started');");
    const start = 'NODE_COMPILE_CACHE=.nightshift/compile-cache node --max-semi-space-size=2 src/main.ts';
    await writeFile(join(root, 'package.json'), JSON.stringify({ type: 'module', scripts: { start } }));
    const first = setup(['--start'], { PATH: `${bin}:/bin:/usr/bin` });
    expect(first).toMatchObject({ code: 0, said: expect.stringContaining('Compiling … done') });
    expect(existsSync(join(root, '.nightshift', 'compile-cache'))).toBe(true);
    expect(setup(['--start'], { PATH: `${bin}:/bin:/usr/bin` })).toEqual({ code: 0, said: '' });
  });

  it('without redis-server: one message with the ways to get it', () => {
    const { code, said } = setup([]);
    expect(code).toBe(1);
    for (const way of [
      'apt-get install redis-server',
      'brew install redis',
      'dnf install redis',
      'apk add redis',
      'REDIS_URL',
    ])
      expect(said).toContain(way);
    expect(said).not.toContain('\n    at ');
  });

  it('needs no redis-server when REDIS_URL names one', () => {
    expect(setup([], { REDIS_URL: 'redis://10.0.0.1' }).code).toBe(0);
  });
});

describe.skipIf(process.platform === 'darwin')('npm test', () => {
  beforeEach(installed);

  it('notes by name what it does without, and forgets it when it is there again', async () => {
    await program('redis-server');
    expect(setup(['--test']).code).toBe(0);
    expect((await skipped()).map((one) => one.title)).toEqual([
      'the tests against a real Prometheus (no prometheus here)',
      'the tests against a real Alertmanager (no prometheus-alertmanager here)',
      'the tests of the page in a real browser (no chromium here)',
      'the tests of the Helm chart (no go here)',
    ]);
    for (const name of ['prometheus', 'alertmanager', 'google-chrome', 'go']) await program(name);
    expect(setup(['--test'])).toEqual({ code: 0, said: '' });
    expect(existsSync(join(root, '.nightshift', 'skipped.json'))).toBe(false);
  });

  it('skips nothing in CI: what is missing is an error, by name', async () => {
    await program('redis-server');
    await program('prometheus');
    const { code, said } = setup(['--test'], { CI: 'true' });
    expect(code).toBe(1);
    expect(said).toContain('nothing may be skipped');
    expect(said).toContain('a real Alertmanager');
    expect(said).not.toContain('a real Prometheus');
  });

  it('needs a redis-server of its own, whatever REDIS_URL says', () => {
    expect(setup(['--test'], { REDIS_URL: 'redis://10.0.0.1' }).code).toBe(1);
  });
});

describe('dependencies', () => {
  it('are installed when they are missing, and not again', async () => {
    await program('redis-server');
    const node = `mkdir -p node_modules/.bin && ln -s "${process.execPath}" node_modules/.bin/node && echo x >> calls`;
    await program('npm', `PATH=/usr/bin:/bin; ${node}`);
    const first = setup([]);
    expect(first).toMatchObject({ code: 0 });
    expect(first.said).toMatch(/Installing dependencies \(npm install\) … done in \d+\.\d s/);
    expect(setup([])).toEqual({ code: 0, said: '' });
    expect(await readFile(join(root, 'calls'), 'utf8')).toBe('x\n');
  });

  it('that another package-lock.json brought are installed again', async () => {
    await installed();
    await program('redis-server');
    await program('npm', ': > called');
    await writeFile(join(root, 'package-lock.json'), '{"packages":{"":{},"node_modules/zod":{"version":"9.9.9"}}}');
    setup([]);
    expect(existsSync(join(root, 'called'))).toBe(true);
  });

  it("that npm can't get: its own words", async () => {
    await program('npm', 'echo "npm error network no route to the registry"; exit 1');
    const { code, said } = setup([]);
    expect(code).toBe(1);
    expect(said).toContain('no route to the registry');
  });

  it('without a Node 24 among them: says what may be in the way', async () => {
    await program('npm', 'exit 0');
    const { code, said } = setup([]);
    expect(code).toBe(1);
    expect(said).toContain('Getting Node 24 failed');
  });
});
