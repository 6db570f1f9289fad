import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiRoutes } from '../../src/adapters/http/api-routes.ts';
import { connectPrometheus } from '../../src/adapters/prometheus/metrics.ts';
import { createServiceQueries } from '../../src/adapters/prometheus/service-queries.ts';
import { readIncidents } from '../../src/backtest/incident-source.ts';
import { diagnoseFiles } from '../../src/cli/diagnose-files.ts';
import { evidenceAround, exportEvidence, incidentLines } from '../../src/cli/export.ts';
import { filesIn } from '../../src/cli/exported-files.ts';
import { scoreFile } from '../../src/cli/score-file.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { createModels } from '../../src/learning/baselines.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import { backtestOf, type PastShop, servePrometheus } from '../backtest/past-shop.ts';
import { MINUTE, type VirtualSandbox, virtualSandbox } from '../sandbox/virtual-sandbox.ts';
import { startVirtualApp, type VirtualApp } from '../soak/virtual-app/virtual-app.ts';

const TOKEN = 'the token of the API';
const ALL = { from: null, to: null };

/** The live app heals a bad deploy of catalog-api by itself; what it wrote down is read back over its API. */
describe('incidents that the live app dealt with', () => {
  let sandbox: VirtualSandbox;
  let app: VirtualApp;
  let shop: PastShop;
  let server: Server;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nightshift-export-'));
    sandbox = virtualSandbox();
    app = await startVirtualApp({ sandbox, models: createModels(10, 10), without: [] });
    await app.advance(3 * MINUTE);
    sandbox.fault('bad-deploy', 'catalog-api');
    for (let i = 0; i < 20 && !app.incidents().some(({ closedAt }) => closedAt !== null); i++)
      await app.advance(MINUTE);
    shop = await servePrometheus(sandbox);
    server = createServer(async (req, res) => {
      if (!(await api(req, res))) res.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }, 120_000);
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await shop.stop();
    await app.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const stored: Partial<IncidentStore> = {
    list: async () => [...app.incidents()].reverse(),
    load: async (id) => app.incidents().find((one: Incident) => one.id === id) ?? null,
    timeline: async (id) => app.timelineOf(id),
  };
  const api = apiRoutes({ token: TOKEN, store: stored as IncidentStore, now: () => sandbox.now() });

  it('are read from the API with its token only', async () => {
    const { incidents, bad } = await readIncidents(url, TOKEN, ALL);
    expect(bad).toEqual([]);
    expect(incidents).toHaveLength(app.incidents().length);
    const healed = incidents.find(({ service }) => service === 'catalog-api');
    expect(healed).toMatchObject({ outcome: 'healed', executions: [{ result: 'done' }] });
    expect(healed!.alertDetails.length).toBeGreaterThan(0);
    await expect(readIncidents(url, 'another', ALL)).rejects.toThrow(/NIGHTSHIFT_API_TOKEN/);
    const later = { from: sandbox.now(), to: null };
    expect((await readIncidents(url, TOKEN, later)).incidents).toEqual([]);
  });

  it('are judged alike by what was recorded and by what metrics show of that time', async () => {
    const { incidents } = await readIncidents(url, TOKEN, ALL);
    const file = join(folder, 'incidents.jsonl');
    await writeFile(file, `${incidentLines(incidents)}{"id":"INC-7"}\n`);
    const recorded = await backtestOf({ incidents: file });
    expect(recorded.evidence).toBe('recorded');
    expect(recorded.bad).toEqual([expect.stringMatching(/incidents.jsonl line \d+: cluster: /)]);
    expect(recorded.summary).toMatchObject({ compared: incidents.length, agreed: incidents.length });
    const ofCatalog = { service: 'catalog-api', decision: 'auto', ending: { how: 'after_a_step' } };
    expect(recorded.rows).toContainEqual(
      expect.objectContaining({ ...ofCatalog, ending: expect.objectContaining(ofCatalog.ending) }),
    );

    const anew = await backtestOf({ incidents: url, token: TOKEN, prometheus: shop.url });
    expect(anew.evidence).toBe('metrics');
    const [row] = anew.rows.filter(({ service }) => service === 'catalog-api');
    expect(row).toMatchObject({
      cause: { name: 'catalog-api', what: 'rollout' },
      decision: 'auto',
      step: { action: 'rollback_deployment', assumed: false },
    });
    expect(anew.compared.find(({ row: { service } }) => service === 'catalog-api')).toMatchObject({ agrees: true });
  });

  it('come with evidence that diagnose and score read', async () => {
    const { incidents } = await readIncidents(url, TOKEN, ALL);
    const incident = incidents.find(({ service }) => service === 'catalog-api')!;
    const around = evidenceAround(incident);
    const source = {
      metrics: connectPrometheus({ url: shop.url, timeoutMs: 10_000 }),
      queries: createServiceQueries(),
    };
    const exported = await exportEvidence(source, around, incident, folder, () => {});
    expect(exported.missing).toEqual([]);
    const diagnosis = await diagnoseFiles(filesIn(folder, {}), { service: around.service, since: around.since });
    expect(diagnosis.causes[0]).toMatchObject({ service: 'catalog-api' });
    expect(diagnosis.causes[0]!.reasons.join('; ')).toContain('rollout');
    expect(diagnosis.services).toBeGreaterThan(5);
    expect(await readFile(join(folder, 'calls.csv'), 'utf8')).toContain('storefront,catalog-api');
    const scored = await scoreFile(join(folder, 'score', 'traffic.csv'), join(folder, 'scored.csv'));
    expect(scored).toMatchObject({ unreadable: 0 });
    expect(scored.points).toBeGreaterThan(300);
  });
});
