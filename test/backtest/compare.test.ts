import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webhookPayload } from '../../sandbox/alerting/webhook.ts';
import { markdownReport, terminalReport } from '../../src/backtest/words.ts';
import { EVENING, MINUTE, type VirtualSandbox, virtualSandbox } from '../sandbox/virtual-sandbox.ts';
import { backtestOf, type PastShop, servePrometheus } from './past-shop.ts';

/** A bad deploy of payment-api that nobody mends for half an hour, then a latency of catalog-api that goes by itself. */
describe('a backtest on what Prometheus recorded', () => {
  let sandbox: VirtualSandbox;
  let shop: PastShop;
  let folder: string;
  const payloads: unknown[] = [];
  const from = EVENING;
  /** As it was judged when nothing had come later. */
  let report: Awaited<ReturnType<typeof backtestOf>>;
  let deployed: number;
  let firstPart: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nightshift-backtest-'));
    sandbox = virtualSandbox();
    sandbox.advance(5 * MINUTE);
    deployed = sandbox.now();
    sandbox.fault('bad-deploy', 'payment-api');
    sandbox.advance(12 * MINUTE);
    payloads.push(webhookPayload(sandbox.alerts(), 'http://127.0.0.1'));
    firstPart = sandbox.now();
    shop = await servePrometheus(sandbox);
    report = await backtestOf({ prometheus: shop.url, from, to: firstPart });
  });
  afterAll(async () => {
    await shop.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('finds the rollout as it was known then, and asks for the rollback of a critical service', () => {
    const [row] = report.rows.filter(({ service }) => service === 'payment-api');
    expect(row).toMatchObject({
      issue: { kind: 'crash_loop' },
      cause: { name: 'payment-api', what: 'rollout' },
      decision: 'ask',
      step: { action: 'rollback_deployment', target: 'payment-api' },
      ending: { how: 'not_ended' },
    });
    expect(row!.decidedAt).toBeGreaterThan(deployed);
    expect(report.bad).toEqual([]);
    expect(report.unknown).toContain('events');
  });

  it('decides the same, whatever came later', async () => {
    const before = report;
    sandbox.fault('memory-leak', 'catalog-api', 1, { build_up_ms: 6 * MINUTE });
    sandbox.fault('dependency-down', 'ledger-db');
    sandbox.advance(10 * MINUTE);
    const after = await backtestOf({ prometheus: shop.url, from, to: firstPart });
    const told = ({ rows }: typeof before) =>
      rows
        .filter(({ decidedAt }) => (decidedAt ?? 0) <= firstPart)
        .map(({ id, service, issue, cause, decision, decidedAt, step, reason, skippedSteps }) => ({
          ...{ id, service, issue, cause, decision, decidedAt, step, reason, skippedSteps },
        }));
    expect(told(before).length).toBeGreaterThan(0);
    expect(told(after)).toEqual(told(before));
  });

  it('says what another set of playbooks changes, incident by incident', async () => {
    const timid = join(folder, 'timid');
    await mkdir(timid, { recursive: true });
    const text = await readFile(new URL('../../playbooks/crash-loop.yaml', import.meta.url), 'utf8');
    await writeFile(join(timid, 'crash-loop.yaml'), text.replace('confidence: 0.9', 'confidence: 0.99'));
    const report = await backtestOf({ prometheus: shop.url, from, to: firstPart, against: timid });
    const [change] = report.against!.changed;
    expect(change).toMatchObject({
      row: { service: 'payment-api', decision: 'ask' },
      against: {
        decision: 'escalate',
        skippedSteps: expect.arrayContaining([
          expect.objectContaining({ action: 'rollback_deployment', reason: 'low_confidence' }),
        ]),
      },
    });
    expect(terminalReport(report)).toContain('1 of 1 incidents would have gone otherwise');
  });

  it('calls a step needless when the trouble went by itself in time, and only then', { timeout: 180_000 }, async () => {
    for (const { id } of sandbox.shop.faults.list()) sandbox.shop.faults.remove(id);
    sandbox.advance(8 * MINUTE);
    const begins = sandbox.now();
    const leak = sandbox.fault('memory-leak', 'cart-api', 1, { build_up_ms: 6 * MINUTE });
    for (let i = 0; i < 60 && !sandbox.firing().includes('ContainerMemoryHigh cart-api'); i++) sandbox.advance(MINUTE);
    sandbox.shop.faults.remove(leak);
    sandbox.advance(20 * MINUTE);
    const of = async (withinMs: number) => {
      const report = await backtestOf({ prometheus: shop.url, from: begins, to: sandbox.now(), withinMs });
      return report.rows.filter(({ service, step }) => service === 'cart-api' && step !== null);
    };
    const rows = await of(15 * MINUTE);
    expect(rows).toMatchObject([{ ending: { how: 'by_itself' }, needless: true }]);
    expect(await of(1_000)).toMatchObject([{ needless: false }]);
  });

  it('takes webhook payloads, names a bad line and loses nothing by it', async () => {
    const file = join(folder, 'alerts.jsonl');
    const bad = { version: '4', alerts: [{ status: 'smoking' }] };
    await writeFile(
      file,
      [JSON.stringify(bad), '{"version"', ...payloads.map((one) => JSON.stringify(one))].join('\n'),
    );
    const report = await backtestOf({ prometheus: shop.url, alerts: file });
    expect(report.bad).toHaveLength(2);
    expect(report.bad.join('\n')).toMatch(/alerts.jsonl line 2: is no JSON/);
    expect(report.bad.join('\n')).toMatch(/alerts.jsonl line 1: alerts\[0\]\.status/);
    expect(report.rows[0]).toMatchObject({ service: 'payment-api', step: { action: 'rollback_deployment' } });
  });

  it('finds no cause where nothing is known of that time, and says so', async () => {
    const file = join(folder, 'alerts.json');
    await writeFile(file, JSON.stringify(payloads, null, 2));
    const report = await backtestOf({ alerts: file });
    expect(report.evidence).toBe('none');
    expect(report.rows[0]).toMatchObject({ service: 'payment-api', cause: null, step: null });
    expect(report.notes.join('\n')).toContain('without --prometheus');
    expect(report.summary).toMatchObject({ steps: 0, needless: 0 });
  });

  it('writes names from outside as text', async () => {
    const file = join(folder, 'odd.json');
    const [payload] = payloads as { alerts: { labels: Record<string, string> }[] }[];
    const odd = structuredClone(payload!);
    for (const alert of odd.alerts) alert.labels = { alertname: '<b>|\u001b[31mred', severity: 'x' };
    await writeFile(file, JSON.stringify(odd));
    const report = await backtestOf({ alerts: file });
    const [row] = report.rows;
    expect(row!.service).toContain('<b>');
    expect(markdownReport(report)).not.toMatch(/(?<!\\)<b>/);
    expect(terminalReport(report)).not.toContain('\u001b');
  });
});

describe('options of a backtest', () => {
  it.each([
    [{}, /--prometheus URL .* --incidents .* --alerts/],
    [{ incidents: 'a', alerts: 'b' }, /--incidents, --alerts: only one/],
    [{ incidents: 'a', live: 'b' }, /--live: /],
    [{ prometheus: 'http://me:hunter2@127.0.0.1:1' }, /^--prometheus: http:\/\/127/],
    [{ incidents: '/nowhere/incidents.jsonl' }, /--incidents: .*\/nowhere\/incidents.jsonl/],
    [{ alerts: '/nowhere/alerts.jsonl' }, /--alerts: .*\/nowhere\/alerts.jsonl/],
    [{ prometheus: 'http://127.0.0.1:1' }, /--prometheus: http:\/\/127\.0\.0\.1:1/],
    [{ alerts: 'x', playbooks: '/nowhere' }, /--playbooks: \/nowhere/],
    [{ alerts: 'x', against: '/nowhere' }, /--against: \/nowhere/],
    [{ alerts: 'x', config: '/nowhere.yaml' }, /--config: .*\/nowhere.yaml/],
  ])('%o: the error names the option', async (options, message) => {
    await expect(backtestOf(options)).rejects.toThrow(message);
  });
});
