import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findProgram } from '../../src/adapters/redis/find-program.ts';
import { CHART, chartRenderer, chartValues, type KubeObject, objectsIn } from './chart/render.ts';

const PROFILE = join(import.meta.dirname, '../../deploy/kustomize/profiles/observe');
const kustomized = () => objectsIn(execFileSync('kubectl', ['kustomize', PROFILE], { encoding: 'utf8' }));
const hasKubectl = findProgram('kubectl', process.env.PATH ?? '') !== null;
const hasGo =
  findProgram('go', process.env.PATH ?? '') !== null &&
  existsSync('/usr/share/gocode/src/github.com/Masterminds/sprig');

type PodSpec = {
  hostNetwork?: boolean;
  securityContext?: Record<string, unknown>;
  volumes?: Record<string, unknown>[];
  containers: {
    name: string;
    image: string;
    securityContext?: Record<string, unknown>;
    ports?: { hostPort?: number }[];
  }[];
};
const podsOf = (objects: KubeObject[]): [string, PodSpec][] =>
  objects.flatMap((object) => {
    const spec = object.spec as { template?: { spec: PodSpec } } & Partial<PodSpec>;
    const pod = object.kind === 'Pod' ? (spec as PodSpec) : spec?.template?.spec;
    return pod ? [[`${object.kind} ${object.metadata.name}`, pod]] : [];
  });

/** PodSecurity's `restricted`, field by field; empty: it passes. */
function breachesOfRestricted([name, pod]: [string, PodSpec]): string[] {
  const found: string[] = [];
  const context = pod.securityContext ?? {};
  if (context.runAsNonRoot !== true) found.push(`${name}: runAsNonRoot`);
  if (context.runAsUser === 0) found.push(`${name}: runAsUser`);
  if ((context.seccompProfile as { type?: string })?.type !== 'RuntimeDefault') found.push(`${name}: seccompProfile`);
  if (pod.hostNetwork) found.push(`${name}: hostNetwork`);
  const allowed = ['configMap', 'downwardAPI', 'emptyDir', 'persistentVolumeClaim', 'projected', 'secret'];
  for (const volume of pod.volumes ?? [])
    if (!Object.keys(volume).some((key) => allowed.includes(key))) found.push(`${name}: volume ${String(volume.name)}`);
  for (const one of pod.containers) {
    const own = one.securityContext ?? {};
    if (own.allowPrivilegeEscalation !== false) found.push(`${name}/${one.name}: allowPrivilegeEscalation`);
    if (own.readOnlyRootFilesystem !== true) found.push(`${name}/${one.name}: readOnlyRootFilesystem`);
    if (JSON.stringify(own.capabilities) !== '{"drop":["ALL"]}') found.push(`${name}/${one.name}: capabilities`);
    if (own.privileged) found.push(`${name}/${one.name}: privileged`);
    for (const port of one.ports ?? []) if (port.hostPort) found.push(`${name}/${one.name}: hostPort`);
  }
  return found;
}

describe.runIf(hasKubectl)('the Kustomize profile', () => {
  it('is at most fifteen lines, passes PodSecurity restricted, and holds no Secret', () => {
    const text = readFileSync(join(PROFILE, 'kustomization.yaml'), 'utf8');
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length).toBeLessThanOrEqual(15);
    const objects = kustomized();
    expect(podsOf(objects).flatMap(breachesOfRestricted)).toEqual([]);
    expect(podsOf(objects)).toHaveLength(2);
    expect(objects.map(({ kind }) => kind)).not.toContain('Secret');
  });

  it('can change nothing, and sees one namespace', () => {
    const roles = kustomized().filter(({ kind }) => /Role$/.test(kind)) as unknown as {
      kind: string;
      metadata: { namespace?: string };
      rules: { resources: string[]; verbs: string[] }[];
    }[];
    expect(roles.flatMap(({ rules }) => rules.flatMap(({ verbs }) => verbs)).sort()).not.toContain('patch');
    const wide = roles
      .filter(({ kind }) => kind === 'ClusterRole')
      .flatMap(({ rules }) => rules.flatMap(({ resources }) => resources));
    expect(wide).not.toContain('pods');
    expect(roles.find(({ kind }) => kind === 'Role')?.metadata.namespace).toBe('shop');
  });
});

describe.runIf(hasGo)('the Helm chart', () => {
  let chart: ReturnType<typeof chartRenderer>;
  beforeAll(() => {
    chart = chartRenderer();
  }, 180_000);
  afterAll(() => chart?.stop());
  const schema = () => z.fromJSONSchema(JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')));

  it.runIf(hasKubectl)('renders what Kustomize makes of the same settings', async () => {
    const objects = await chart.render({
      config: { cluster: 'default', mode: 'observe', scan: { namespaces: ['shop'] } },
      redis: { own: true },
      rights: { namespaces: ['shop'] },
    });
    const shape = (object: KubeObject) => {
      const { metadata, ...rest } = JSON.parse(
        JSON.stringify(object).replaceAll(/nightshift-config(-[a-z0-9]{10})?/g, 'nightshift-config'),
      ) as KubeObject;
      return [`${object.kind}/${metadata.name}`, withoutLabels(rest)];
    };
    const ours = Object.fromEntries(objects.filter(({ kind }) => kind !== 'Pod').map(shape)) as Record<string, unknown>;
    const theirs = Object.fromEntries(kustomized().map(shape)) as Record<string, unknown>;
    expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
    for (const name of Object.keys(ours))
      if (!name.startsWith('ConfigMap')) expect(ours[name], name).toEqual(theirs[name]);
  });

  it('passes PodSecurity restricted whatever is turned on, the test that Helm runs too', async () => {
    const objects = await chart.render({
      redis: { own: true },
      playbooks: { 'crash-loop.yaml': 'issue: crash_loop' },
      serviceMonitor: { enabled: true },
      env: { PROMETHEUS_URL: 'http://prometheus:9090' },
    });
    expect(podsOf(objects).map(([name]) => name)).toEqual(expect.arrayContaining(['Pod nightshift-doctor']));
    expect(podsOf(objects).flatMap(breachesOfRestricted)).toEqual([]);
    expect(objects.map(({ kind }) => kind)).toContain('ServiceMonitor');
  });

  it('gives rights to act, and those beyond workloads, only where they are turned on', async () => {
    const verbsOf = async (values: Record<string, unknown>) =>
      (await chart.render(values))
        .filter(({ kind }) => /Role$/.test(kind))
        .flatMap(({ rules }) =>
          (rules as { resources: string[]; verbs: string[] }[]).flatMap(({ resources, verbs }) =>
            verbs.map((verb) => `${verb} ${resources[0]}`),
          ),
        );
    const observing = await verbsOf({ rights: { nodes: true, policies: true, monitors: true } });
    expect(observing.filter((right) => !/^(get|list|watch) /.test(right))).toEqual([]);
    expect(observing).not.toContain('get secrets');
    const acting = await verbsOf({ config: { mode: 'act' } });
    expect(acting).toContain('patch deployments');
    expect(acting).not.toContain('patch nodes');
    const all = await verbsOf({
      config: { mode: 'act' },
      rights: { nodes: true, policies: true, monitors: true, secrets: true },
    });
    expect(all).toEqual(
      expect.arrayContaining(['patch nodes', 'create clusterpolicies', 'patch servicemonitors', 'get secrets']),
    );
  });

  it('takes its own values by its schema, and refuses an unknown name', () => {
    expect(schema().safeParse(chartValues())).toMatchObject({ success: true });
    expect(schema().safeParse({ ...chartValues(), replica: 3 })).toMatchObject({ success: false });
    expect(schema().safeParse({ ...chartValues(), redis: { password: 'x' } })).toMatchObject({ success: false });
    const listed = Object.keys(
      (JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as { properties: object }).properties,
    );
    expect(listed.filter((name) => name !== 'global').sort()).toEqual(Object.keys(chartValues()).sort());
  });

  it('rolls out when the configuration changes, and quotes what could be read otherwise', async () => {
    const of = async (config: object, env: object) => {
      const deployment = (await chart.render({ config, env })).find(({ kind }) => kind === 'Deployment');
      return JSON.stringify(deployment);
    };
    const sum = (text: string) => /checksum\/config":"([0-9a-f]{64})"/.exec(text)?.[1];
    expect(sum(await of({ cluster: 'a' }, {}))).not.toBe(sum(await of({ cluster: 'b' }, {})));
    expect(await of({}, { LOG_LEVEL: 'yes', PORT: 3000 })).toContain('{"name":"LOG_LEVEL","value":"yes"}');
  });
});

function withoutLabels(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutLabels);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, held]) => !(key === 'metadata' && isTemplateMetadata(held)) && !(key === 'status'))
      .map(([key, held]) => [key, withoutLabels(held)]),
  );
}
const isTemplateMetadata = (value: unknown) => typeof value === 'object' && value !== null && !('name' in value);
