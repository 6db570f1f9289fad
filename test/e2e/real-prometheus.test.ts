import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { backtestOf } from '../backtest/past-shop.ts';
import {
  incidents,
  type ListedIncident,
  messageWith,
  type Nightshift,
  removeFolder,
  type ShownMessage,
  send,
  startNightshift,
  temporaryFolder,
  until,
} from './nightshift-process.ts';
import { end, freePort, missingPrograms, type Program, startAlertmanager, startPrometheus } from './real-programs.ts';

/** The whole loop with a real Prometheus that scrapes the sandbox and a real Alertmanager that sends the webhook, in real time; the example rules of deploy/. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const TOKEN = 'the-bearer-that-the-webhook-demands';
const missing = process.env.CI === 'true' ? [] : missingPrograms();

describe.skipIf(missing.length > 0)(
  `with a real Prometheus and Alertmanager${missing.length > 0 ? ` (no ${missing.join(', no ')} here)` : ''}`,
  () => {
    let folder: string;
    let sandbox: { child: ChildProcess; parts: Record<string, string> };
    let alertmanager: Program;
    let prometheus: Program;
    let nightshift: Nightshift;
    const ends: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      folder = await temporaryFolder();
      ends.push(() => removeFolder(folder));
      const port = await freePort();
      sandbox = await startSandbox(port);
      ends.push(() => end(sandbox.child));
      const url = `http://127.0.0.1:${port}/webhooks/alertmanager`;
      alertmanager = await startAlertmanager(join(folder, 'alertmanager'), { url, token: TOKEN });
      ends.push(() => alertmanager.stop());
      const target = new URL(sandbox.parts.url!).host;
      const rules = await soonerRules();
      prometheus = await startPrometheus(join(folder, 'prometheus'), { target, alertmanager: alertmanager.url, rules });
      ends.push(() => prometheus.stop());
      nightshift = await startNightshift(
        {
          PORT: String(port),
          NIGHTSHIFT_SANDBOX: JSON.stringify({ ...sandbox.parts, prometheusUrl: prometheus.url }),
          ALERTMANAGER_TOKEN: TOKEN,
          NIGHTSHIFT_PLAYBOOKS: await hastyPlaybooks(join(folder, 'playbooks')),
        },
        join(folder, 'data'),
      );
      ends.push(() => nightshift.stop());
    }, 60_000);
    afterAll(async () => {
      for (const stop of ends.reverse()) await stop();
    });

    const ofPayments = async (): Promise<ListedIncident[]> =>
      (await incidents(nightshift.url)).filter((incident) => incident.service === 'payment-api');
    const waitFor = (title: string, check: () => Promise<boolean>, timeoutMs: number) =>
      until(title, check, timeoutMs).catch(async (error: unknown) => {
        const seen = JSON.stringify(await incidents(nightshift.url));
        throw new Error(
          `${error}\n${seen}\n${nightshift.output().slice(-2_000)}\n${alertmanager.output().slice(-2_000)}`,
        );
      });

    it('a bad deploy is alerted, diagnosed, rolled back on Approve, verified and healed', async () => {
      await send(`${sandbox.parts.url}/sandbox/faults`, 'POST', { kind: 'bad-deploy', service: 'payment-api' });
      let asking: ShownMessage | undefined;
      await waitFor(
        'the chat asks for approval',
        async () => {
          asking = await messageWith(sandbox.parts.url!, 'payment-api', '"approve"');
          return JSON.stringify(asking?.blocks ?? '').includes('"approve"');
        },
        60_000,
      );
      const [asked] = await ofPayments();
      expect(asked).toMatchObject({ issue: 'crash_loop', cause: { kind: 'Deployment', name: 'payment-api' } });
      const first = await send(`${nightshift.url}/api/incidents/${asked!.id}`, 'GET');
      expect(first.json).toHaveProperty('timeline.0.type', 'alerts');

      // What is looked at afterwards is what was scraped: before its second restart a pod was only not ready.
      const restarts = 'max(kube_pod_container_status_restarts_total{pod=~"payment-api-.*"}) >= 2';
      await waitFor(
        'Prometheus has recorded that a pod crashed again',
        async () => {
          const { json } = await send(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(restarts)}`, 'GET');
          return (json as { data: { result: unknown[] } }).data.result.length > 0;
        },
        60_000,
      );
      const click = { ts: asking!.ts, action_id: 'approve', user: 'U_ONCALL' };
      expect((await send(`${sandbox.parts.url}/sandbox/click`, 'POST', click)).status).toBe(200);
      await waitFor(
        'payment-api is healed',
        async () => (await ofPayments()).some((incident) => incident.id === asked!.id && incident.outcome === 'healed'),
        60_000,
      );
      expect(await readyReplicas(sandbox.parts.kubeUrl!)).toEqual({ wanted: 3, ready: 3, updated: 3 });

      await waitFor(
        'Alertmanager has nothing that fires any more',
        async () =>
          ((await send(`${alertmanager.url}/api/v2/alerts?active=true`, 'GET')).json as unknown[]).length === 0,
        150_000,
      );
      expect((await ofPayments()).map((incident) => incident.id)).toEqual([asked!.id]);
    }, 240_000);

    it('a backtest on what Prometheus recorded of it finds the same cause and comes to the same step', async () => {
      const [lived] = await ofPayments();
      const from = lived!.openedAt - 60_000;
      const report = await backtestOf({ prometheus: prometheus.url, live: nightshift.url, from, to: Date.now() });
      expect(report.bad).toEqual([]);
      const [row] = report.rows.filter(({ service }) => service === 'payment-api');
      expect(row).toMatchObject({
        alerts: expect.arrayContaining(['KubePodCrashLooping']),
        issue: { kind: 'crash_loop' },
        cause: { kind: 'Deployment', name: 'payment-api', what: 'rollout' },
        ending: { how: 'after_a_step' },
        needless: null,
      });
      // In the seconds that it lasted the metrics alone, without events and logs, may not have been sure enough of it.
      const steps = [row!.step?.action, ...row!.skippedSteps.map(({ action }) => action)];
      expect(steps).toContain('rollback_deployment');
      expect(report.compared).toContainEqual(
        expect.objectContaining({ live: expect.objectContaining({ id: lived!.id, action: 'rollback_deployment' }) }),
      );
    }, 60_000);
  },
);

/** The rules as an operator would copy them, but evaluated each second, and without the wait before a crash loop is told. */
async function soonerRules(): Promise<object> {
  const file = parse(await readFile(join(root, 'deploy/examples/prometheus-rules.yaml'), 'utf8')) as {
    groups: { rules: { alert: string }[] }[];
  };
  const groups = file.groups.map((group) => ({
    ...group,
    interval: '1s',
    rules: group.rules.map((rule) => (rule.alert === 'KubePodCrashLooping' ? { ...rule, for: '0s' } : rule)),
  }));
  return { groups };
}

/** A folder with the crash loop's playbook as it is, but for a shorter look at the end. */
async function hastyPlaybooks(into: string): Promise<string> {
  const text = await readFile(join(root, 'playbooks/crash-loop.yaml'), 'utf8');
  const hasty = text.replace(/steady: \w+/, 'steady: 10s');
  if (hasty === text) throw new Error('playbooks/crash-loop.yaml says no longer how long it must stay steady');
  await mkdir(into);
  await writeFile(join(into, 'crash-loop.yaml'), hasty);
  return into;
}

async function startSandbox(appPort: number): Promise<{ child: ChildProcess; parts: Record<string, string> }> {
  const appUrl = `http://127.0.0.1:${appPort}`;
  const args = ['sandbox/serve.ts', '--port', '0', '--app-url', appUrl, '--speed', '1', '--no-alerts'];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout! }))
    if (line.startsWith('{')) return { child, parts: JSON.parse(line) };
  throw new Error('the sandbox did not start');
}

async function readyReplicas(kubeUrl: string): Promise<object> {
  const { json } = await send(`${kubeUrl}/apis/apps/v1/namespaces/shop/deployments/payment-api`, 'GET');
  const { spec, status } = json as { spec: { replicas: number }; status: Record<string, number> };
  return { wanted: spec.replicas, ready: status.readyReplicas, updated: status.updatedReplicas };
}
