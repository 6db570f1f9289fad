import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SCALED_OBJECTS } from '../../sandbox/operators/keda/definition.ts';
import { connectCluster } from '../../src/adapters/kubernetes/cluster.ts';
import { readSettingsOf } from '../../src/app/config.ts';
import { policyFor } from '../../src/app/policy.ts';
import { init } from '../../src/cli/init.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';

let small: SmallCluster;
let out: string;
beforeAll(async () => {
  small = await startSmallCluster();
  out = mkdtempSync(join(tmpdir(), 'nightshift-init-'));
  for (const namespace of ['monitoring', 'kube-system'])
    small.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const name of ['web', 'payment-api']) small.kube.apply(deployment(name));
  const own = deployment('coredns');
  small.kube.apply({ ...own, metadata: { ...own.metadata, namespace: 'kube-system' } });
  const services: [string, number, string?][] = [
    ['prometheus-operated', 9090],
    ['kube-prometheus-stack-prometheus', 9090, 'prometheus'],
    ['prometheus-node-exporter', 9100],
    ['kube-prometheus-stack-operator', 443, 'prometheus-operator'],
    ['alertmanager-operated', 9093],
    ['kube-prometheus-stack-alertmanager', 9093],
  ];
  for (const [name, port, app] of services)
    small.kube.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'monitoring', labels: app ? { 'app.kubernetes.io/name': app } : {} },
      spec: { ports: [{ port }] },
    });
  small.kube.apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'ingress-nginx-controller-metrics',
      namespace: 'monitoring',
      labels: { 'app.kubernetes.io/name': 'ingress-nginx' },
    },
    spec: { ports: [{ port: 10_254 }] },
  });
  small.kube.apply(SCALED_OBJECTS);
});
afterAll(async () => {
  await small.stop();
  rmSync(out, { recursive: true });
});

const FLAGS = { namespaces: '', cluster: 'prod-eu', address: '', channel: 'C0123', approvers: 'U1' };
async function said(flags: Partial<Parameters<typeof init>[1]> = {}, cluster = small.cluster): Promise<string[]> {
  const lines: string[] = [];
  await init(cluster, { ...FLAGS, out, ...flags }, null, (line) => void lines.push(line));
  return lines;
}
const text = (name: string) => readFileSync(join(out, name), 'utf8');

describe('init', () => {
  it('finds what there is, and proposes settings in which nothing is uncritical and nothing is changed', async () => {
    const lines = await said();
    expect(lines).toEqual(
      expect.arrayContaining([
        '✔ Prometheus: http://kube-prometheus-stack-prometheus.monitoring.svc:9090',
        '✔ Alertmanager: http://kube-prometheus-stack-alertmanager.monitoring.svc:9093',
        '- Loki: no Service of that name; set its address yourself',
        '✔ KEDA is there',
        '- Flux is not there',
      ]),
    );
    const read = readSettingsOf(join(out, 'nightshift.yaml'));
    if (!read.ok) throw new Error(read.errors.join('; '));
    const { settings } = read;
    expect(settings).toMatchObject({ mode: 'observe', cluster: 'prod-eu', approvers: ['U1'] });
    expect(settings.services.map(({ name }) => name)).toEqual(['payment-api', 'web']);
    expect(settings.speakers).toEqual([{ namespace: 'monitoring', job: 'ingress-nginx-controller-metrics' }]);
    expect(settings.services.every(({ namespace, name }) => policyFor(settings, namespace, name).critical)).toBe(true);
    expect(parse(text('values.yaml'))).toMatchObject({
      config: { cluster: 'prod-eu', mode: 'observe' },
      env: { PROMETHEUS_URL: expect.stringContaining('monitoring.svc:9090'), SLACK_CHANNEL: 'C0123' },
      rights: { namespaces: ['shop'] },
    });
  });

  it("fills Slack's form in, for socket mode or an address, and gives each scope's reason", async () => {
    const manifest = () =>
      JSON.parse(decodeURIComponent(/manifest_json=(\S+)/.exec(text('slack-app.txt'))![1]!)) as {
        settings: object;
        features: { slash_commands: object[] };
        oauth_config: { scopes: { bot: string[] } };
      };
    expect(manifest().settings).toMatchObject({ socket_mode_enabled: true, interactivity: { is_enabled: true } });
    expect(JSON.stringify(manifest())).not.toContain('example.com');
    for (const scope of manifest().oauth_config.scopes.bot)
      expect(text('slack-app.txt')).toMatch(new RegExp(`^  ${scope}: \\S.{4,}$`, 'm'));
    await said({ address: 'https://heal.shop.test/', force: true });
    expect(manifest().settings).toMatchObject({
      socket_mode_enabled: false,
      interactivity: { request_url: 'https://heal.shop.test/slack/events' },
    });
  });

  it('overwrites nothing unasked', async () => {
    writeFileSync(join(out, 'nightshift.yaml'), 'mine: yes');
    const lines = await said();
    expect(lines.filter((line) => line.includes('left as it is'))).toHaveLength(4);
    expect(text('nightshift.yaml')).toBe('mine: yes');
  });

  it('says what it could not look at, and writes nothing where it may not read the workloads', async () => {
    const server = {
      url: small.url,
      signIn: async () => ({ headers: { authorization: 'Bearer system:nobody' }, dispatcher: undefined }),
    };
    const nobody = connectCluster({ name: 'x', server, timeoutMs: 2_000, userAgent: 'x' });
    const lines = await said({ force: true }, nobody);
    expect(lines).toEqual([expect.stringMatching(/^✗ the workloads can't be read: .*forbidden/)]);
    expect(text('nightshift.yaml')).toBe('mine: yes');
    const half = { ...nobody, workloads: small.cluster.workloads };
    expect(await said({}, half)).toContainEqual(expect.stringMatching(/^\? Prometheus: could not look: .*forbidden/));
  });
});
