import { groupKeyOf } from '../domain/group.ts';
import type { Finding, Subject } from '../domain/types.ts';
import type { LabelledSeries, MetricName, Workload } from '../ports.ts';
import type { Deps } from './deps.ts';
import { toSeries } from './evidence.ts';
import { receiveAnomaly } from './receive-alerts.ts';
import { record } from './record.ts';

const SCANNED: MetricName[] = ['request_rate', 'error_ratio', 'latency_p99', 'memory_ratio', 'cpu_ratio'];
const RECENT_MS = 60 * 60_000;
const STEP_MS = 60_000;
/** An anomaly opens an incident when it is at least this sure, in this many scans in a row; one odd look is nothing. */
const SURE = 0.99;
const IN_A_ROW = 3;
const MAX_TRACKED = 20_000;

export type ScanMemory = Map<string, number>;
export type ScanReport = { services: number; anomalies: number; opened: string[]; unmodelled: number };

/** The second way in: looks at every service's own metrics and opens or joins an incident before any alert fires. `memory` holds how often in a row each was odd. */
export async function scan(deps: Deps, namespaces: string[], memory: ScanMemory): Promise<ScanReport> {
  const report: ScanReport = { services: 0, anomalies: 0, opened: [], unmodelled: 0 };
  for (const namespace of namespaces) {
    const workloads = await deps.cluster.workloads(namespace);
    if (!workloads.ok) {
      deps.log.warn({ namespace, why: workloads.failure.words }, 'the scan could not list workloads');
      continue;
    }
    const names = new Map(workloads.value.map((workload) => [workload.name, workload]));
    const now = deps.clock.now();
    const found = new Map<string, Finding[]>();
    for (const metric of SCANNED) {
      const series = await deps.metrics.range(deps.queries.byService(metric, namespace), now - RECENT_MS, now, STEP_MS);
      if (!series.ok) continue;
      for (const one of series.value) {
        const workload = names.get(one.labels.service ?? '');
        if (!workload) continue;
        const findings = await scanOne(deps, workload, metric, one, now, report);
        found.set(workload.name, [...(found.get(workload.name) ?? []), ...findings]);
      }
    }
    report.services += names.size;
    for (const name of names.keys())
      await settle(
        deps,
        { cluster: deps.cluster.name, namespace, service: name },
        found.get(name) ?? [],
        memory,
        report,
      );
  }
  return report;
}

async function scanOne(
  deps: Deps,
  workload: Workload,
  metric: MetricName,
  series: LabelledSeries,
  at: number,
  report: ScanReport,
): Promise<Finding[]> {
  const baseline = await deps.baselines.get(metric, workload.namespace, workload.name, at);
  if (!baseline) report.unmodelled += 1;
  const about = { kind: workload.kind, namespace: workload.namespace, name: workload.name };
  const input = {
    about,
    metric,
    unit: deps.queries.unit(metric),
    at,
    stepMs: STEP_MS,
    recent: toSeries(series),
    baseline,
    limit: metric === 'memory_ratio' ? 1 : null,
  };
  return deps.detectors.flatMap((detector) => detector.detect(input));
}

/** Persistence before noise: counts looks in a row, opens after enough of them, and tells an open incident without alerts when all is calm. */
async function settle(
  deps: Deps,
  subject: Subject,
  findings: Finding[],
  memory: ScanMemory,
  report: ScanReport,
): Promise<void> {
  const key = groupKeyOf(subject);
  const surest = findings
    .filter((finding) => finding.strength >= SURE && TROUBLE.has(finding.what))
    .sort((a, b) => b.strength - a.strength)[0];
  if (!surest) {
    if (memory.delete(key) || findings.length === 0) await calm(deps, subject);
    return;
  }
  report.anomalies += 1;
  const times = (memory.get(key) ?? 0) + 1;
  if (memory.size < MAX_TRACKED || memory.has(key)) memory.set(key, times);
  if (times !== IN_A_ROW) return;
  const opened = await receiveAnomaly(deps, subject, surest, new Map());
  if (opened) report.opened.push(opened);
}

/** What hurts by itself; a strange request rate or CPU is evidence, not trouble. */
const TROUBLE = new Set(['latency', 'latency_p99', 'errors', 'error_ratio', 'memory', 'memory_ratio', 'leak']);

async function calm(deps: Deps, subject: Subject): Promise<void> {
  const open = (await deps.recentlyOpen(500)).find(
    (incident) => incident.groupKey === groupKeyOf(subject) && incident.alerts.length === 0,
  );
  if (open && ['noticed', 'watching', 'awaiting_approval', 'escalated'].includes(open.state.name))
    await record(deps, open.id, {
      type: 'calm_seen',
      at: deps.clock.now(),
      words: 'The scan sees nothing unusual any more',
    });
}
