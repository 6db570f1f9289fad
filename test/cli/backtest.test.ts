import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHOP_CONFIG } from '../backtest/past-shop.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const FROM = Date.UTC(2026, 5, 4, 18);
const MINUTE = 60_000;

type Ended = { code: number | null; out: string; err: string };

/** The program as people call it, without any setting of this machine. */
function nightshift(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['src/cli.ts', ...args], { cwd: root, env: { PATH: process.env.PATH } });
    const ended: Ended = { code: null, out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      ended.out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      ended.err += chunk.toString();
    });
    child.on('close', (code) => resolve({ ...ended, code }));
  });
}

const about = { kind: 'Deployment', namespace: 'shop', name: 'catalog-api' };

/** A leak that Nightshift asked about, in observe mode: it went by itself four minutes later, or by somebody's hand. */
const leak = (id: string, at: number, outcome: string) => ({
  ...{ id, cluster: 'sandbox', namespace: 'shop', service: 'catalog-api', state: 'closed', outcome },
  openedAt: at,
  closedAt: at + 4 * MINUTE,
  alertDetails: [
    {
      ...{ fingerprint: `f${id}`, name: 'ContainerMemoryHigh', status: 'resolved', annotations: {} },
      labels: { alertname: 'ContainerMemoryHigh', namespace: 'shop', deployment: 'catalog-api' },
      ...{ startsAt: at, endsAt: at + 4 * MINUTE },
    },
  ],
  diagnosis: {
    at,
    issue: { kind: 'high_memory_usage', severity: 0.93, unit: 'of limit', message: 'catalog-api uses 93 %' },
    causes: [{ entity: about, what: 'leak', probability: 0.99, reasons: [] }],
    ...{ somethingElse: 0.01, named: true, findings: [], measured: true },
  },
});

describe('nightshift backtest', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nightshift-cli-'));
    file = join(folder, 'incidents.jsonl');
    const incidents = [leak('INC-1', FROM, 'self_healed'), leak('INC-2', FROM + 60 * MINUTE, 'healed_by_human')];
    await writeFile(file, incidents.map((one) => `${JSON.stringify(one)}\n`).join(''));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('prints what would have been done, and writes it down as Markdown and as a picture', async () => {
    const [out, chart] = [join(folder, 'report.md'), join(folder, 'chart.png')];
    const ended = await nightshift(
      'backtest',
      '--incidents',
      file,
      '--config',
      SHOP_CONFIG,
      '--out',
      out,
      '--chart',
      chart,
    );
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toMatch(
      /2026-06-04 18:00 +catalog-api +high_memory_usage 0.93 +catalog-api: leak 99 % +auto +restart_pod/,
    );
    expect(ended.out).toContain('Needless: 1 of the 1 steps that can be judged (100 %)');
    expect(await readFile(out, 'utf8')).toMatch(/^# Backtest\n[\s\S]*\| catalog-api \| high\\_memory\\_usage 0\.93 \|/);
    expect((await readFile(chart)).subarray(1, 4).toString()).toBe('PNG');
  });

  it('says by its exit code what a gate in CI asks', async () => {
    const args = ['backtest', '--incidents', file, '--config', SHOP_CONFIG];
    expect((await nightshift(...args, '--max-needless', '1')).code).toBe(0);
    const refused = await nightshift(...args, '--max-needless', '0.2');
    expect(refused).toMatchObject({ code: 2, err: '--max-needless: 1 of 1 steps are needless, more than 0.2\n' });
  });

  it('prints one JSON object for programs, and fails when a part could not be read', async () => {
    const broken = join(folder, 'broken.jsonl');
    await writeFile(broken, `${await readFile(file, 'utf8')}{"id":"INC-3"\n`);
    const ended = await nightshift('backtest', '--incidents', broken, '--config', SHOP_CONFIG, '--json');
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.out)).toMatchObject({
      summary: { incidents: 2, steps: 2, judged: 1, needless: 1 },
      bad: [expect.stringContaining('broken.jsonl line 3')],
    });
  });

  it.each([
    [['--from', 'yesterday'], /--from: “yesterday” is no instant/],
    [['--within', 'soon'], /--within: “soon” is not a duration/],
    [['--max-needless', '2'], /--max-needless: “2” must be a number from 0 to 1/],
    [['--from', '2026-06-05', '--to', '2026-06-04'], /--from: must be before --to/],
    [['--prometheus', 'prometheus:9090'], /--prometheus: “prometheus:9090” is no http address/],
  ])('%j: the error names the option', async (args, message) => {
    const ended = await nightshift('backtest', ...args);
    expect(ended).toMatchObject({ code: 1, out: '', err: expect.stringMatching(message) });
  });
});

describe('nightshift export', () => {
  it.each([
    [['--url', 'http://127.0.0.1:1'], /--url: http:\/\/127\.0\.0\.1:1: ECONNREFUSED/],
    [['--url', 'here'], /--url: “here” is no http address/],
    [['--to', 'never'], /--to: “never” is no instant/],
  ])('%j: the error names the option', async (args, message) => {
    expect(await nightshift('export', ...args)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(message),
    });
  });
});
