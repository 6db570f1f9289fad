import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKS, runCheck } from './check/checks.ts';
import { lastLines } from './check/outcome.ts';
import { ROOT, runProgram } from './check/run-program.ts';

/** What is tried on the real thing where the environment names one. */
const REAL_PARTS = [
  ['NIGHTSHIFT_TEST_SLACK_TOKEN', 'a real Slack'],
  ['NIGHTSHIFT_TEST_PAGERDUTY_KEY', 'PagerDuty'],
  ['NIGHTSHIFT_TEST_LOKI_URL', 'a real Loki'],
] as const;

/** What `npm test` runs: types, style, layers and dead code, two at a time, and then the tests. Arguments go to vitest, and then only the tests are run. */
const filters = process.argv.slice(2);
process.exitCode = filters.length > 0 || (await checks()) ? await tests() : 1;

/** Stops at the first failure and shows it. */
async function checks(): Promise<boolean> {
  const waiting = [...CHECKS];
  let good = true;
  const lane = async () => {
    for (let check = waiting.shift(); check && good; check = waiting.shift()) {
      const { ok, seconds, output } = await runCheck(check);
      if (!good) return;
      good = ok;
      console.log(`${ok ? '✓' : '✗'} ${check.title} (${seconds.toFixed(1)} s)`);
      if (!ok) console.log(`\n${output.trim()}\n\n0 passed, 1 failed (${check.title})`);
    }
  };
  await Promise.all([lane(), lane()]);
  return good;
}

async function tests(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-tests-'));
  const report = join(folder, 'report.json');
  const { code } = await runProgram(
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters],
    { show: true },
  );
  const text = (file: string) => readFile(file, 'utf8').catch(() => null);
  console.log('Not tried without being asked: a real cluster (npm run test:cluster -- --context NAME --may-break)');
  const unnamed = REAL_PARTS.filter(([name]) => !process.env[name]).map(([name, part]) => `${part} (${name})`);
  if (unnamed.length > 0) console.log(`Not tried without a name in the environment: ${unnamed.join(', ')}`);
  for (const line of lastLines(await text(report), await text(join(ROOT, '.nightshift', 'skipped.json')), code))
    console.log(line);
  await rm(folder, { recursive: true, force: true });
  return code;
}
