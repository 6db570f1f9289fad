import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

export const CHART = join(import.meta.dirname, '../../../deploy/helm/nightshift');
export type KubeObject = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string>; labels?: Record<string, string> };
  [field: string]: unknown;
};

/** Debian's Go with Debian's Sprig, made once: there is no Helm to be had everywhere, and its templates are these two. */
export function chartRenderer() {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-chart-'));
  const program = join(folder, 'render');
  execFileSync('go', ['build', '-o', program, join(import.meta.dirname, 'render.go')], {
    env: {
      ...process.env,
      GO111MODULE: 'off',
      GOPATH: '/usr/share/gocode',
      GOFLAGS: '',
      GOCACHE: join(folder, 'cache'),
    },
  });
  return {
    render: (values: Record<string, unknown>): Promise<KubeObject[]> =>
      new Promise((resolve, reject) => {
        const child = execFile(program, [CHART], { maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) =>
          error ? reject(new Error(stderr || error.message)) : resolve(objectsIn(stdout)),
        );
        child.stdin?.end(JSON.stringify(inputOf(values)));
      }),
    stop: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const chartValues = () => parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Record<string, unknown>;

function inputOf(values: Record<string, unknown>) {
  const chart = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')) as { name: string; appVersion: string };
  return {
    Values: over(chartValues(), values),
    Chart: { Name: chart.name, AppVersion: chart.appVersion },
    Release: { Name: 'nightshift', Namespace: 'nightshift', Service: 'Helm' },
  };
}

/** As Helm lays values over a chart's own: maps are joined, all else is replaced. */
function over(base: unknown, more: unknown): unknown {
  if (!isMap(base) || !isMap(more)) return more ?? base;
  return Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(more)])].map((key) => [
      key,
      key in more ? over(base[key], more[key]) : base[key],
    ]),
  );
}
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectsIn = (text: string): KubeObject[] =>
  parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(`${document.errors[0]?.message}`);
    const object = document.toJS() as KubeObject | null;
    return object ? [object] : [];
  });
