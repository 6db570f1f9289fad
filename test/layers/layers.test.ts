import { execFile } from 'node:child_process';
import { glob, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CHECKS } from '../../scripts/check/checks.ts';

const run = promisify(execFile);
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SOURCES = ['src', 'commands', 'sandbox'];
const CONFIG = join(ROOT, '.dependency-cruiser.mjs');

const report = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

async function cruise(folder: string) {
  const cli = join(ROOT, 'node_modules', '.bin', 'depcruise');
  const ran = run(process.execPath, [cli, ...SOURCES, '--config', CONFIG, '--output-type', 'json'], {
    cwd: folder,
    maxBuffer: 256 * 1024 * 1024,
  });
  // It ends with the number of violations.
  const { stdout } = await ran.catch((error: { stdout: string }) => error);
  return report.parse(JSON.parse(stdout)).summary;
}

/** For each rule one file that breaks it, and nothing else does. */
const PLANTED: Record<string, { file: string; imports: string }> = {
  'pure-code-needs-no-world': { file: 'src/detectors/reads-a-file.ts', imports: 'node:fs' },
  'pure-code-knows-no-outer-layer': { file: 'src/domain/knows-ports.ts', imports: '../ports/fine.ts' },
  'the-domain-knows-no-mathematics': { file: 'src/domain/computes.ts', imports: '../analysis/fine.ts' },
  'timing-knows-nothing': { file: 'src/timing/knows-domain.ts', imports: '../domain/fine.ts' },
  'ports-know-only-the-domain': { file: 'src/ports/knows-extensions.ts', imports: '../extension-points.ts' },
  'extension-points-know-only-ports-and-domain': { file: 'src/extension-points.ts', imports: './pipeline/fine.ts' },
  'core-knows-no-adapter': { file: 'src/actions/knows-adapter.ts', imports: '../adapters/slack/fine.ts' },
  'commands-know-only-the-views': { file: 'commands/knows-adapter.ts', imports: '../src/adapters/slack/fine.ts' },
  'core-knows-no-composition': { file: 'src/pipeline/reads-config.ts', imports: '../app/config.ts' },
  'the-verbs-are-last': { file: 'src/app/knows-a-verb.ts', imports: '../cli/fine.ts' },
  'kinds-know-no-siblings': { file: 'src/kinds/knows-pipeline.ts', imports: '../pipeline/fine.ts' },
  'detectors-know-no-siblings': { file: 'src/detectors/knows-pipeline.ts', imports: '../pipeline/fine.ts' },
  'correlators-know-no-siblings': { file: 'src/correlators/knows-pipeline.ts', imports: '../pipeline/fine.ts' },
  'actions-know-no-siblings': { file: 'src/actions/knows-pipeline.ts', imports: '../pipeline/fine.ts' },
  'pipeline-know-no-siblings': { file: 'src/pipeline/knows-action.ts', imports: '../actions/fine.ts' },
  'the-middle-knows-no-extension': { file: 'src/evidence/knows-an-action.ts', imports: '../actions/fine.ts' },
  'learning-and-telemetry-know-no-incident-way': {
    file: 'src/learning/knows-pipeline.ts',
    imports: '../pipeline/fine.ts',
  },
  'learning-and-telemetry-know-not-each-other': {
    file: 'src/telemetry/knows-learning.ts',
    imports: '../learning/fine.ts',
  },
  'evidence-knows-no-stage': { file: 'src/evidence/knows-pipeline.ts', imports: '../pipeline/fine.ts' },
  'the-pipeline-knows-no-scan': { file: 'src/pipeline/knows-the-scan.ts', imports: '../watch/fine.ts' },
  'commands-know-no-siblings': { file: 'commands/knows-pipeline.ts', imports: '../src/pipeline/fine.ts' },
  'adapters-know-only-ports-and-domain': {
    file: 'src/adapters/slack/knows-pipeline.ts',
    imports: '../../pipeline/fine.ts',
  },
  'adapters-know-no-siblings': { file: 'src/adapters/slack/knows-redis.ts', imports: '../redis/fine.ts' },
  'game-days-are-played-from-outside': { file: 'src/game-day/knows-pipeline.ts', imports: '../pipeline/fine.ts' },
  'a-backtest-reaches-no-cluster': { file: 'src/backtest/knows-redis.ts', imports: '../adapters/redis/fine.ts' },
  'sdk-slack-stays-at-the-rim': { file: 'src/pipeline/knows-bolt.ts', imports: '@slack/bolt' },
  'sdk-kubernetes-client-node-stays-at-the-rim': {
    file: 'src/pipeline/knows-kubernetes.ts',
    imports: '@kubernetes/client-node',
  },
  'sdk-axios-stays-at-the-rim': { file: 'src/cli/knows-axios.ts', imports: 'axios' },
  'sdk-undici-stays-at-the-rim': { file: 'src/pipeline/knows-undici.ts', imports: 'undici' },
  'sdk-pagerduty-pdjs-stays-at-the-rim': { file: 'src/pipeline/knows-pdjs.ts', imports: '@pagerduty/pdjs' },
  'sdk-bullmq-stays-at-the-rim': { file: 'src/adapters/redis/knows-bullmq.ts', imports: 'bullmq' },
  'sdk-ioredis-stays-at-the-rim': { file: 'src/main-ioredis.ts', imports: 'ioredis' },
  'sdk-echarts-stays-at-the-rim': { file: 'src/pipeline/knows-echarts.ts', imports: 'echarts' },
  'sdk-resvg-stays-at-the-rim': { file: 'src/pipeline/knows-resvg.ts', imports: '@resvg/resvg-js' },
  'sdk-grpc-stays-at-the-rim': { file: 'src/pipeline/knows-grpc.ts', imports: '@grpc/grpc-js' },
  'a-backtest-knows-no-verb': { file: 'src/backtest/knows-a-verb.ts', imports: '../cli/fine.ts' },
  'sandbox-imports-nothing-of-ours': { file: 'sandbox/knows-us.ts', imports: '../src/domain/fine.ts' },
  'only-main-starts-the-sandbox': { file: 'src/app/app.ts', imports: '../../sandbox/fine.ts' },
  'no-cycles': { file: 'src/domain/cycle-a.ts', imports: './cycle-b.ts' },
  'the-app-needs-no-development-package': { file: 'src/pipeline/knows-vitest.ts', imports: 'vitest' },
  'imports-are-there': { file: 'src/pipeline/knows-nothing.ts', imports: './not-there.ts' },
};
const FINE = [
  'src/domain',
  'src/analysis',
  'src/cli',
  'src/ports',
  'src/pipeline',
  'src/actions',
  'src/learning',
  'src/watch',
  'sandbox',
  'src/cli',
  'src/adapters/slack',
  'src/adapters/redis',
].map((folder) => `${folder}/fine.ts`);

let planted: string;
beforeAll(async () => {
  planted = await mkdtemp(join(tmpdir(), 'nightshift-layers-'));
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(planted, file)), { recursive: true });
    await writeFile(join(planted, file), text);
  };
  for (const file of [...FINE, 'src/app/config.ts']) await write(file, 'export const fine = 1;\n');
  for (const { file, imports } of Object.values(PLANTED))
    await write(file, `import * as it from '${imports}';\nexport const used = it;\n`);
  await write('src/domain/cycle-b.ts', "import { used } from './cycle-a.ts';\nexport const it = () => used;\n");
  await write('src/domain/only-types.ts', "import type { Port } from '../ports/fine.ts';\nexport type Used = Port;\n");
  await write('src/ports/types-a.ts', "import type { B } from './types-b.ts';\nexport type A = B[];\n");
  await write('src/ports/types-b.ts', "import type { A } from './types-a.ts';\nexport type B = { of: A };\n");
  await write('package.json', await readFile(join(ROOT, 'package.json'), 'utf8'));
  await symlink(join(ROOT, 'node_modules'), join(planted, 'node_modules'));
});
afterAll(() => rm(planted, { recursive: true, force: true }));

describe('the layer rules', () => {
  it('are held against all of the source by `npm test`, before any test runs', () => {
    const layers = CHECKS.find(({ program }) => program === 'depcruise');
    expect(layers?.args).toEqual([...SOURCES, '--config', '.dependency-cruiser.mjs']);
    expect(layers?.doubt?.('no dependency violations found (0 modules, 0 dependencies cruised)')).toMatch(/No module/);
  });

  it('each catch the violation that is planted for it, type imports too, and none is without one', async () => {
    const { violations } = await cruise(planted);
    const caught = violations.map(({ from, rule }) => `${rule.name}: ${from}`);
    for (const [rule, { file }] of Object.entries(PLANTED)) expect(caught).toContain(`${rule}: ${file}`);
    expect(caught).toContain('pure-code-knows-no-outer-layer: src/domain/only-types.ts');
    expect(caught).toContain('no-cycles: src/ports/types-a.ts');
    for (const fine of FINE) expect(violations.map(({ from }) => from)).not.toContain(fine);
    const config = (await import(pathToFileURL(CONFIG).href)) as {
      default: { forbidden: { name: string; comment: string }[] };
    };
    expect(config.default.forbidden.map((rule) => rule.name).sort()).toEqual(Object.keys(PLANTED).sort());
    for (const rule of config.default.forbidden) expect(rule.comment.length).toBeGreaterThan(30);
  });
});

/** Clock and randomness are arguments there: the same question gets the same answer, at any speed of time. */
const IMPURE =
  /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bMath\.random\b|\brandom(UUID|Bytes|Int)\b|\bprocess\.|\bset(Timeout|Interval|Immediate)\(|\bconsole\.|\bfetch\(/;

describe('pure code', () => {
  it('reads no clock and no random source, and does no I/O', async () => {
    const found: string[] = [];
    for await (const file of glob('src/{domain,analysis,kinds,detectors,correlators}/**/*.ts', { cwd: ROOT })) {
      const code = (await readFile(join(ROOT, file), 'utf8')).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      if (IMPURE.test(code)) found.push(`${file}: ${IMPURE.exec(code)?.[0]}`);
    }
    expect(found).toEqual([]);
    expect(IMPURE.test('const at = Date.now();')).toBe(true);
  });

  it('only the entry points read the environment, and PATH is read where redis-server is looked for', async () => {
    const found: string[] = [];
    for await (const file of glob('{src,commands}/**/*.ts', { cwd: ROOT })) {
      const code = (await readFile(join(ROOT, file), 'utf8')).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      if (/\bprocess\.env\b/.test(code)) found.push(file);
    }
    expect(found.sort()).toEqual(['src/adapters/redis/private-redis.ts', 'src/cli.ts', 'src/main.ts']);
  });
});
