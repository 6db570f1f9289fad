import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { RecordedIncident } from '../backtest/recorded-incident.ts';
import { exportedIncident } from '../domain/exported-incident.ts';
import type { LabelledSeries, MetricName, Metrics, ServiceQueries } from '../ports/metrics.ts';

/** A metric as `diagnose` knows it, by what it is called here. */
const NAMES = {
  latency_p99: 'latency',
  error_ratio: 'errors',
  request_rate: 'traffic',
  cpu_ratio: 'cpu',
  memory_ratio: 'memory',
  restarts: 'restarts',
} as const satisfies Partial<Record<MetricName, string>>;
const METRICS = Object.keys(NAMES) as (keyof typeof NAMES)[];

const MIN = 60_000;
const STEP_MS = 30_000;
const BEFORE_MS = 180 * MIN;
const AFTER_MS = 60 * MIN;
const CALLS_BEFORE_MS = 5 * MIN;

/** One JSON object a line, for `backtest --incidents`. */
export const incidentLines = (incidents: RecordedIncident[]): string =>
  incidents.map((incident) => `${JSON.stringify(exportedIncident(incident))}\n`).join('');

export type ExportedEvidence = { namespace: string; service: string; from: number; to: number; since: number };

/** The time around an incident: three hours before the trouble, so that what is normal shows, and an hour of it. */
export function evidenceAround(incident: RecordedIncident): ExportedEvidence {
  const since = incident.diagnosis?.since ?? incident.openedAt;
  const { namespace, service } = incident;
  return { namespace, service, since, from: since - BEFORE_MS, to: since + AFTER_MS };
}

export type Exported = { files: string[]; rows: number; missing: string[] };

/** Writes metrics.csv, calls.csv and changes.csv as `diagnose` reads them, and each metric of the service as `score` does. `told`: how far it is, in [0, 1]. */
export async function exportEvidence(
  source: { metrics: Metrics; queries: ServiceQueries },
  evidence: ExportedEvidence,
  incident: RecordedIncident | null,
  folder: string,
  told: (share: number) => void,
): Promise<Exported> {
  await mkdir(join(folder, 'score'), { recursive: true });
  const exported: Exported = { files: [], rows: 0, missing: [] };
  const byMetric = await metricsOf(source, evidence, exported, told);
  const lines = byMetric.flatMap(([metric, series]) =>
    series.flatMap(({ labels, points }) =>
      points.map(({ at, value }) => [at / 1000, labels.service ?? '', NAMES[metric], value]),
    ),
  );
  await writeTable(exported, folder, 'metrics.csv', ['timestamp', 'service', 'metric', 'value'], lines);
  await writeTable(exported, folder, 'calls.csv', ['from', 'to'], await callsOf(source, evidence, exported));
  const changes = await changesOf(source, evidence, incident, exported);
  await writeTable(exported, folder, 'changes.csv', ['timestamp', 'service', 'what'], changes);
  for (const [metric, series] of byMetric) {
    const own = series.find(({ labels }) => labels.service === evidence.service);
    const rows = (own?.points ?? []).map(({ at, value }) => [at / 1000, value]);
    if (rows.length > 0)
      await writeTable(exported, folder, join('score', `${NAMES[metric]}.csv`), ['timestamp', 'value'], rows);
  }
  return exported;
}

type Source = { metrics: Metrics; queries: ServiceQueries };

async function metricsOf(
  { metrics, queries }: Source,
  { namespace, from, to }: ExportedEvidence,
  exported: Exported,
  told: (share: number) => void,
): Promise<[keyof typeof NAMES, LabelledSeries[]][]> {
  const found: [keyof typeof NAMES, LabelledSeries[]][] = [];
  for (const [index, metric] of METRICS.entries()) {
    told(index / METRICS.length);
    const answer = await metrics.range(queries.byService(metric, namespace), from, to, STEP_MS);
    if (answer.ok) found.push([metric, answer.value]);
    else exported.missing.push(`${NAMES[metric]}: ${answer.failure.message}`);
  }
  told(1);
  return found;
}

async function callsOf({ metrics, queries }: Source, { namespace, since }: ExportedEvidence, exported: Exported) {
  const rows = new Map<string, string[]>();
  for (const at of [since - CALLS_BEFORE_MS, since]) {
    const answer = await metrics.instant(queries.calls(namespace), at);
    if (!answer.ok) exported.missing.push(`calls: ${answer.failure.message}`);
    for (const { labels } of answer.ok ? answer.value : [])
      if (labels.client && labels.server)
        rows.set(`${labels.client}\n${labels.server}`, [labels.client, labels.server]);
  }
  return [...rows.values()];
}

/** What the diagnosis knew of, and the ReplicaSets that came before it: what came later was done about it. */
async function changesOf(
  { metrics }: Source,
  { namespace, from, since }: ExportedEvidence,
  incident: RecordedIncident | null,
  exported: Exported,
): Promise<(string | number)[][]> {
  const known = (incident?.diagnosis?.findings ?? [])
    .filter(({ kind, about }) => kind === 'change' && about.kind !== 'Node')
    .map(({ at, about, what }) => [at / 1000, about.name, what]);
  const quoted = namespace.replace(/[\\"\n]/g, '');
  const to = incident?.openedAt ?? since;
  const answer = await metrics.instant(
    `kube_replicaset_created{namespace="${quoted}"} * on (namespace, replicaset) group_left(owner_name) kube_replicaset_owner{namespace="${quoted}"}`,
    to,
  );
  if (!answer.ok) exported.missing.push(`rollouts: ${answer.failure.message}`);
  const rollouts = (answer.ok ? answer.value : [])
    .filter(({ value }) => value * 1000 >= from && value * 1000 <= to)
    .map(({ labels, value }) => [value, labels.owner_name ?? '', 'rollout']);
  const told = new Set(known.map(([, service, what]) => `${service} ${what}`));
  return [...known, ...rollouts.filter(([, service, what]) => !told.has(`${service} ${what}`))];
}

const cell = (value: string | number): string => {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""').replace(/\n/g, ' ')}"` : text;
};

async function writeTable(
  exported: Exported,
  folder: string,
  name: string,
  head: string[],
  rows: (string | number)[][],
): Promise<void> {
  const file = join(folder, name);
  const out = createWriteStream(file);
  out.write(`${head.join(',')}\n`);
  for (const row of rows) out.write(`${row.map(cell).join(',')}\n`);
  out.end();
  await finished(out);
  exported.files.push(file);
  exported.rows += rows.length;
}
