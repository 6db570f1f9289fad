import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dump as toYaml } from 'js-yaml';
import { expect, it } from 'vitest';
import { loadModules } from '../../../src/app/load-modules.ts';
import { diagnoseDump, dumpMessage } from '../../../src/cli/dump/diagnose-dump.ts';
import { ExportErrors } from '../../../src/cli/exported-table.ts';
import { CAUSE_KINDS, type CauseKind } from '../../../src/domain/cause-kinds.ts';
import { convictingValue } from '../../../src/domain/snapshot/plain-cause.ts';
import type { ObjectRef } from '../../../src/domain/snapshot/snapshot.ts';
import type { StateFact } from '../../../src/domain/snapshot/state-cause.ts';
import type { StateCorrelator } from '../../../src/extension-points.ts';
import { Boutique, type Raw } from '../../correlators/state/boutique.ts';

const correlators = await loadModules<StateCorrelator>(
  fileURLToPath(new URL('../../../src/correlators/state', import.meta.url)),
);

const LINE = 'panic: environment variable "REDIS_ADDR" not set';

function broken(): Boutique {
  const shop = new Boutique();
  shop.change('cart', () => {});
  shop.crashes('cart', { reason: 'Error', exitCode: 2 });
  shop.log('cart', ['starting', LINE]);
  return shop;
}

async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-dump-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const items = (shop: Boutique, kind: string, namespace?: string): Raw[] =>
  shop.objects.filter((one) => one.kind === kind && (namespace === undefined || one.metadata.namespace === namespace));

/** As typed lists are written: only the list says the kind. */
const list = (shop: Boutique, kind: string, namespace?: string): Raw => ({
  kind: `${kind}List`,
  apiVersion: 'v1',
  metadata: {},
  items: items(shop, kind, namespace).map(({ kind: _kind, ...rest }) => rest),
});

const NAMES: Record<string, string> = {
  Pod: 'pods',
  Event: 'events',
  Service: 'services',
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  DaemonSet: 'daemonsets',
};

function clusterInfo(shop: Boutique, text: (value: Raw) => string, extension: string): Record<string, string> {
  const files: Record<string, string> = { [`nodes.${extension}`]: text(list(shop, 'Node')) };
  for (const namespace of ['kube-system', 'boutique'])
    for (const [kind, name] of Object.entries(NAMES))
      files[`${namespace}/${name}.${extension}`] = text(list(shop, kind, namespace));
  for (const { namespace, pod, container, lines } of shop.logs)
    files[`${namespace}/${pod}/logs.txt`] =
      `==== START logs for container ${container} of pod ${namespace}/${pod} ====\n${lines.join('\n')}\n==== END logs for container ${container} of pod ${namespace}/${pod} ====\n`;
  return files;
}

const json = (value: Raw) => JSON.stringify(value, null, 4);

it.each([
  ['JSON', json, 'json'],
  ['YAML', (value: Raw) => toYaml(value), 'yaml'],
])('reads what kubectl cluster-info dump writes as %s', async (_title, text, extension) => {
  const { causes, named, missing } = await diagnoseDump(
    await folderOf(clusterInfo(broken(), text, extension)),
    correlators,
  );
  expect(causes[0]).toMatchObject({ kind: 'Deployment', namespace: 'boutique', name: 'cart', what: 'setting_missing' });
  expect(causes[0]?.facts.join('\n')).toContain(LINE);
  expect(causes[0]?.command).toContain('kubectl set env deployment/cart -n boutique REDIS_ADDR=');
  expect(named).toBe(true);
  expect(missing.join('\n')).toContain('no ConfigMap objects');
});

it('reads a support bundle', async () => {
  const shop = broken();
  const files: Record<string, string> = { 'bundle/cluster-resources/nodes.json': json(list(shop, 'Node')) };
  for (const [kind, name] of Object.entries(NAMES))
    files[`bundle/cluster-resources/${name}/boutique.json`] = json(list(shop, kind, 'boutique'));
  for (const { pod, container, lines } of shop.logs)
    files[`bundle/cluster-resources/pods/logs/boutique/${pod}/${container}-previous.log`] = lines.join('\n');
  const { causes } = await diagnoseDump(await folderOf(files), correlators);
  expect(causes[0]).toMatchObject({ name: 'cart', what: 'setting_missing' });
  expect(causes[0]?.facts.join('\n')).toContain('before its restart');
});

it('reads must-gather', async () => {
  const shop = broken();
  const files: Record<string, string> = {};
  for (const node of items(shop, 'Node'))
    files[`must-gather/quay-io/cluster-scoped-resources/core/nodes/${node.metadata.name}.yaml`] = toYaml(node);
  for (const [kind, name] of Object.entries(NAMES))
    files[`must-gather/quay-io/namespaces/boutique/${kind === 'Deployment' ? 'apps' : 'core'}/${name}.yaml`] = toYaml(
      list(shop, kind, 'boutique'),
    );
  for (const { pod, container, lines } of shop.logs)
    files[`must-gather/quay-io/namespaces/boutique/pods/${pod}/${container}/${container}/logs/current.log`] =
      lines.join('\n');
  const { causes } = await diagnoseDump(await folderOf(files), correlators);
  expect(causes[0]).toMatchObject({ kind: 'Deployment', name: 'cart', what: 'setting_missing' });
});

it('says which file it could not read, and refuses a folder without objects', async () => {
  const files = clusterInfo(broken(), json, 'json');
  const { missing } = await diagnoseDump(await folderOf({ ...files, 'boutique/broken.json': '{"kind":' }), correlators);
  expect(missing.join('\n')).toContain('boutique/broken.json could not be read');
  await expect(diagnoseDump(await folderOf({ 'a.txt': 'hello' }), correlators)).rejects.toThrow(ExportErrors);
});

it('takes less than two seconds of computing with thousands of objects', async () => {
  const shop = broken();
  for (let index = 0; index < 700; index++)
    shop.deployment(`extra-${index}`, { env: { CART_SERVICE_ADDR: 'cart:7070' } });
  const folder = await folderOf(clusterInfo(shop, json, 'json'));
  const start = process.cpuUsage();
  const { causes } = await diagnoseDump(folder, correlators);
  expect(causes[0]).toMatchObject({ name: 'cart', what: 'setting_missing' });
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1_000).toBeLessThan(2_000);
});

it('finds nothing that is not in the closed list', () => {
  const known = Object.keys(CAUSE_KINDS);
  expect(correlators.flatMap(({ finds }) => Object.keys(finds)).sort()).toEqual(known.sort());
  for (const { name, alsoFinds = [] } of correlators)
    expect(
      alsoFinds.filter((one) => !known.includes(one)),
      name,
    ).toEqual([]);
});

it('says first what convicts, who feels it and since when', async () => {
  const shop = broken();
  const text = dumpMessage(await diagnoseDump(await folderOf(clusterInfo(shop, json, 'json')), correlators));
  expect(text.split('\n')[0]).toMatch(
    /^Likely cause: Deployment boutique\/cart: a setting that the program needs is missing: server says “panic: environment variable "REDIS_ADDR" not set”\. Felt by frontend, checkout since 2026-03-02 03:\d\d UTC \(9\d %\)\.$/,
  );
});

it('names the field before the event, and leaves out how often it ended', () => {
  const object = { kind: 'Deployment', namespace: 'shop', name: 'mailer' };
  const pod = { kind: 'Pod', namespace: 'shop', name: 'mailer-1' };
  const fact = (of: ObjectRef, field: string, value: string) => ({ object: of, field, value });
  const said = (what: CauseKind, ...facts: StateFact[]) => convictingValue({ what, object, facts });
  expect(
    said(
      'insufficient_memory',
      fact(pod, 'event FailedScheduling', '0/4 nodes are available'),
      fact(object, 'spec.template.spec.containers[app].resources.requests.memory', '137438953472'),
    ),
  ).toBe('resources.requests.memory of app is 128Gi');
  expect(
    said(
      'crash_loop',
      fact(pod, 'status.containerStatuses[app].lastState.terminated', 'Error (exit code 2)'),
      fact(pod, 'log of app', '2026-03-02T03:28:51.000000Z panic: nil map'),
    ),
  ).toBe('app says “panic: nil map”');
  expect(
    said(
      'wrong_address',
      fact(object, 'spec.template.spec.containers[app].env[SMTP_HOST]', 'smpt:25'),
      fact({ kind: 'Service', namespace: 'shop', name: 'smpt' }, 'metadata.name', 'no such Service'),
    ),
  ).toBe('SMTP_HOST is smpt:25; Service smpt is not there');
});

it('calls nothing well that was not looked at, and lists warnings that it cannot explain', async () => {
  const shop = new Boutique();
  shop.podEvent('cart', 'Rescheduled', 'something odd happened', { type: 'Warning' });
  const text = dumpMessage(await diagnoseDump(await folderOf(clusterInfo(shop, json, 'json')), correlators));
  expect(text).toContain('No object is wrong in what was looked at; the warnings below are not explained.');
  expect(text).toMatch(/Looked at and found well: nodes \(3\)/);
  expect(text).toContain('event Rescheduled (');
  expect(text).toContain('Not looked at:');
});
