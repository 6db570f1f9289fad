import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diagnoseFiles, diagnosisWords } from '../../src/cli/diagnose-files.ts';
import { filesIn } from '../../src/cli/exported-files.ts';
import { ExportErrors } from '../../src/cli/exported-table.ts';

const EXAMPLE = new URL('../../docs/examples/diagnose', import.meta.url).pathname;
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-diagnose-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, lines: string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, lines.join('\n'));
  return path;
}

const BEGAN = Date.UTC(2026, 10, 20, 3, 0);
const NOTHING_GIVEN: { service: string | null; since: number | null } = { service: null, since: null };

/** Two hours, a value a minute, and ten minutes of trouble at its end; `raised` says who is slow then. Columns in another order, one too many. */
async function metricsOf(raised: Record<string, number>, quiet = false): Promise<string> {
  const lines = ['"value","team","metric","service","timestamp"'];
  for (let minute = -120; minute < 10; minute += 1)
    for (const [service, factor] of Object.entries(raised)) {
      const noise = 1 + 0.1 * Math.sin(minute * 7.3 + service.length);
      const value = 0.1 * noise * (minute >= 0 && !quiet ? factor : 1);
      lines.push(`${value},"shop, and more",latency,"${service}",${(BEGAN + minute * 60_000) / 1000}`);
    }
  return file(`metrics-${Math.random()}.csv`, lines);
}
const diagnose = (metrics: string, calls: string | null = null, given = NOTHING_GIVEN, changes: string | null = null) =>
  diagnoseFiles({ metrics, calls, changes }, given);
async function errorOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (failure: unknown) => failure,
  );
  if (!(error instanceof ExportErrors)) throw new Error(`no such error, but ${String(error)}`);
  return error.message;
}

describe('diagnosing exported data', () => {
  it('does the example of the documentation: the overloaded service is named, not the one that was rolled out', async () => {
    const diagnosis = await diagnoseFiles(filesIn(EXAMPLE, {}), NOTHING_GIVEN);
    expect(diagnosis).toMatchObject({ service: 'storefront', named: true, causes: [{ service: 'payment-api' }] });
    expect(Math.abs(diagnosis.since - Date.UTC(2026, 10, 25, 18, 58))).toBeLessThan(5 * 60_000);
    expect(diagnosisWords(diagnosis)).toMatch(/Likely cause: payment-api \(9\d %\)\.$/);
  });

  it('prints JSON and draws the graph from the command line', { timeout: 60_000 }, async () => {
    const png = join(folder, 'graph.png');
    const cli = new URL('../../src/cli.ts', import.meta.url).pathname;
    const { stdout } = await run(process.execPath, [cli, 'diagnose', EXAMPLE, '--json', '--graph', png]);
    const printed = JSON.parse(stdout);
    expect(printed.causes[0]).toMatchObject({ service: 'payment-api' });
    const sum = printed.causes.reduce((all: number, cause: { probability: number }) => all + cause.probability, 0);
    expect(sum + printed.somethingElse).toBeGreaterThan(0.98);
    expect((await readFile(png)).subarray(1, 4).toString()).toBe('PNG');
    await expect(run(process.execPath, [cli, 'diagnose', EXAMPLE, '--since', 'yesterday'])).rejects.toMatchObject({
      code: 1,
      stderr: '--since: “yesterday” is no instant\n',
    });
  });

  it('judges what is too small for anybody to act on as live: an idle CPU that does a little more is no culprit', async () => {
    const at = (minute: number) => (BEGAN + minute * 60_000) / 1000;
    const lines = ['timestamp,service,metric,value'];
    for (let minute = -120; minute < 10; minute += 1) {
      const noise = 1 + 0.02 * Math.sin(minute * 7.3);
      const during = minute >= 0;
      for (const [service, rise] of Object.entries({ web: 3, cart: 8, mail: 1 }))
        lines.push(`${at(minute)},${service},latency,${0.05 * noise * (during ? rise : 1)}`);
      for (const [service, idle] of Object.entries({ web: 0.2, cart: 0.1, mail: 0.003 }))
        lines.push(`${at(minute)},${service},cpu,${idle * noise * (during && service === 'mail' ? 3.7 : 1)}`);
    }
    const calls = await file('small-calls.csv', ['from,to', 'web,cart', 'web,mail']);
    const { causes, named } = await diagnose(await file('small-cpu.csv', lines), calls, {
      service: 'web',
      since: BEGAN,
    });
    expect([causes[0]?.service, named]).toEqual(['cart', true]);
    expect(causes.find(({ service }) => service === 'mail')?.reasons ?? []).toEqual([]);
  });

  it('writes bytes as bytes, and finds a cause with a second a value and five minutes of normal time', async () => {
    const lines = ['timestamp,service,metric,value'];
    for (let second = -300; second < 300; second += 1) {
      const noise = 1 + 0.03 * Math.sin(second * 7.3);
      const grown = 1 + Math.max(0, second) / 300;
      for (const service of ['web', 'cart', 'stock']) {
        const own = service === 'cart' ? grown : 1;
        const slower = service === 'stock' ? 1 : grown;
        lines.push(
          `${BEGAN / 1000 + second},${service},memory,${258_195_456 * noise * own}`,
          `${BEGAN / 1000 + second},${service},latency,${0.05 * noise * slower}`,
        );
      }
    }
    const calls = await file('bytes-calls.csv', ['from,to', 'web,cart', 'web,stock']);
    const given = { service: 'web', since: BEGAN };
    const { causes } = await diagnose(await file('bytes.csv', lines), calls, given);
    expect(causes[0]?.service).toBe('cart');
    expect(causes[0]?.reasons.join('; ')).toMatch(/memory 258 MB → \d{3} MB/);
  });

  it('suspects who was heard of until the trouble began and no longer', async () => {
    const lines = ['timestamp,service,metric,value'];
    for (let minute = -120; minute < 10; minute += 1)
      for (const service of ['web', 'cart', 'stock']) {
        if (service === 'stock' && minute >= 0) continue;
        const value = 0.01 * (service !== 'stock' && minute >= 0 ? 40 : 1) * (1 + 0.1 * Math.sin(minute * 7.3));
        lines.push(`${(BEGAN + minute * 60_000) / 1000},${service},errors,${value}`);
      }
    const calls = await file('silent-calls.csv', ['from,to', 'web,cart', 'cart,stock']);
    const given = { service: 'web', since: BEGAN };
    const { causes } = await diagnose(await file('silent.csv', lines), calls, given);
    expect(causes[0]?.service).toBe('stock');
    expect(causes[0]?.reasons[0]).toMatch(/reports nothing since 02:59/);
  });

  it('follows the calls from what hurts to what it depends on, whatever the columns’ order', async () => {
    const metrics = await metricsOf({ web: 8, payment: 10, ledger: 12, mail: 1 });
    const calls = await file('calls.csv', ['to,from,weight', 'payment,web,1', 'ledger,payment,', 'mail,payment,0.9']);
    const { service, causes, named, affected } = await diagnose(metrics, calls);
    expect([service, causes[0]?.service, named]).toEqual(['web', 'ledger', true]);
    expect(affected.edges).toContainEqual({ from: 'payment', to: 'ledger' });
  });

  it('takes a change shortly before as a reason, and one of another day not', async () => {
    const metrics = await metricsOf({ web: 8, payment: 8, search: 8 });
    const calls = await file('calls.csv', ['from,to', 'web,payment', 'web,search']);
    const at = (minutes: number) => new Date(BEGAN + minutes * 60_000).toISOString();
    const changes = await file('changes.csv', [
      'timestamp,service,what',
      `${at(-3)},payment,"image 4.1, then ""4.2"""`,
      `${at(-30 * 60)},search,image 9`,
    ]);
    const given = { service: 'web', since: BEGAN };
    const without = await diagnose(metrics, calls, given);
    const { causes } = await diagnose(metrics, calls, given, changes);
    const of = (name: string, all: typeof causes) => all.find((cause) => cause.service === name);
    expect(of('payment', causes)?.reasons).toContain('image 4.1, then "4.2", 3 min before');
    expect(of('payment', causes)!.probability).toBeGreaterThan(of('payment', without.causes)!.probability);
    expect(JSON.stringify(causes)).not.toContain('image 9');
  });

  it('names nobody in quiet data, and asks when it began rather than guess', async () => {
    const metrics = await metricsOf({ web: 8, payment: 8 }, true);
    expect(await errorOf(diagnose(metrics))).toMatch(/say when the trouble began with --since$/);
    const quiet = await diagnose(metrics, null, { service: 'web', since: BEGAN });
    expect(quiet.named).toBe(false);
    expect(diagnosisWords(quiet)).toContain('No cause is sure enough to name');
  });

  it('says everything that is wrong at once: the file, the line and the field', async () => {
    const metrics = await file('bad.csv', [
      'timestamp,service,metric,value',
      '2026-11-20T03:00:00Z,web,latency,fast',
      'noon,web,latency,1',
      '2026-11-20T03:00:00Z,,latency,1',
      '2026-11-20T03:01:00Z,web,latency,',
    ]);
    const calls = await file('bad-calls.csv', ['from,to,weight', 'web,,1', 'web,db,7']);
    const message = await errorOf(diagnose(metrics, calls));
    expect(message.split('\n')).toEqual([
      `${metrics} line 2: value: “fast” is not a number`,
      expect.stringContaining(`${metrics} line 3: timestamp: “noon” is no instant`),
      `${metrics} line 4: service: is empty`,
      `${calls} line 2: to: is empty`,
      `${calls} line 3: weight: must be a number from 0 to 1`,
    ]);
  });

  it('stops listing errors at some point, and says which columns a file must have', async () => {
    const bad = await file('many.csv', ['timestamp,service,metric,value', ...Array(100).fill('x,web,latency,1')]);
    expect((await errorOf(diagnose(bad))).split('\n')).toHaveLength(21);
    const wide = await file('wide.csv', ['time,web_latency', '1,2']);
    expect(await errorOf(diagnose(wide))).toContain(
      'wide.csv line 1: timestamp, service, metric, value: no such column',
    );
    expect(await errorOf(diagnose(await file('empty.csv', [])))).toContain('is empty');
    expect(await errorOf(diagnose(join(folder, 'away.csv')))).toContain("away.csv: can't be read");
    expect(await errorOf(diagnose(folder))).toContain('is no file');
  });

  it('knows no service that is in none of the files', async () => {
    const metrics = await metricsOf({ web: 8 });
    const message = await errorOf(diagnose(metrics, null, { service: 'ghost', since: BEGAN }));
    expect(message).toBe('--service: ghost is in none of the files (there are web)');
    expect(() => filesIn(null, {})).toThrow(ExportErrors);
  });
});
