import { toSeries } from '../analysis/series.ts';
import type { KnownCalls } from '../domain/group.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Recent } from '../evidence/forest-findings.ts';
import { wholeRates } from '../evidence/whole-rates.ts';
import { LEARNED_METRICS } from '../learning/train-history.ts';
import type { Workload } from '../ports/cluster-objects.ts';
import type { MetricName } from '../ports/metrics.ts';
import type { WatchDeps } from './deps.ts';
import { scanAt } from './scan-look.ts';
import { isFull, type ScanMemory, troubleAmong } from './scan-memory.ts';
import { type ScanLook, settleScan } from './scan-settle.ts';

const RECENT_MS = 60 * 60_000;
const STEP_MS = 60_000;
/** The main loop is let go at least this often, so that a large scan holds up nobody's click. */
const TURN_MS = 15;
const BUSIEST = 5;

export type ScanScope = {
  namespaces: string[];
  calls: KnownCalls;
  /** Whether this replica looks at the service; the others' are theirs. */
  isOurs(namespace: string, service: string): boolean;
};

/** What was looked at and what was left out, and why. */
export type ScanReport = {
  services: number;
  elsewhere: number;
  /** Without a model: never called anomalous. */
  unmodelled: number;
  anomalies: number;
  opened: string[];
  /** Queries and lists that gave no answer, in words. */
  blind: string[];
  /** Too many odd services at once: new ones aren't followed. */
  full: boolean;
  workloads: Workload[];
  /** `namespace/service` of those that take the most requests. */
  busiest: string[];
};

/** The second way in: looks at every service's own metrics and opens or joins an incident before any alert fires. */
export async function scan(deps: WatchDeps, scope: ScanScope, memory: ScanMemory): Promise<ScanReport> {
  const report: ScanReport = {
    services: 0,
    elsewhere: 0,
    unmodelled: 0,
    anomalies: 0,
    opened: [],
    blind: [],
    full: isFull(memory),
    workloads: [],
    busiest: [],
  };
  const rates: { key: string; rate: number }[] = [];
  for (const namespace of scope.namespaces) {
    const all = await deps.cluster.workloads(namespace);
    if (!all.ok) {
      report.blind.push(`workloads of ${namespace}: ${all.failure.message}`);
      continue;
    }
    const ours = all.value.filter((workload) => scope.isOurs(namespace, workload.name));
    report.elsewhere += all.value.length - ours.length;
    report.services += ours.length;
    report.workloads.push(...ours);
    const at = deps.clock.now();
    const recent = await recentOf(deps, namespace, ours, at, report);
    for (const [service, series] of recent)
      rates.push({ key: `${namespace}/${service}`, rate: series.request_rate?.values.at(-1) ?? 0 });
    const blindBefore = report.blind.length > 0;
    const looked = await lookAtAll(deps, ours, recent, at, report);
    // Silence is not calm: while something gave no answer, only trouble counts.
    const looks = blindBefore ? looked.filter((look) => troubleAmong(look.findings)) : looked;
    const settled = await settleScan(deps, looks, memory, scope.calls, at);
    report.anomalies += settled.anomalies;
    report.opened.push(...settled.opened);
  }
  report.busiest = rates
    .sort((a, b) => b.rate - a.rate)
    .slice(0, BUSIEST)
    .map(({ key }) => key);
  return report;
}

/** The last hour of a namespace's services, one query a metric. */
async function recentOf(
  deps: WatchDeps,
  namespace: string,
  ours: Workload[],
  at: number,
  report: ScanReport,
): Promise<Map<string, Recent>> {
  const recent = new Map<string, Recent>(ours.map((workload) => [workload.name, {}]));
  const asked = { fromMs: at - RECENT_MS, stepMs: STEP_MS, windowMs: deps.queries.quickWindowMs };
  for (const metric of LEARNED_METRICS) {
    const answer = await deps.metrics.range(deps.queries.byService(metric, namespace), at - RECENT_MS, at, STEP_MS);
    if (!answer.ok) {
      report.blind.push(`${metric} in ${namespace}: ${answer.failure.message}`);
      continue;
    }
    for (const series of answer.value) {
      const own = recent.get(series.labels.service ?? '');
      const whole = wholeRates(series, { ...asked, metric });
      if (own && whole) own[metric] = toSeries(whole.points);
    }
  }
  return recent;
}

async function lookAtAll(
  deps: WatchDeps,
  ours: Workload[],
  recent: Map<string, Recent>,
  at: number,
  report: ScanReport,
): Promise<ScanLook[]> {
  const looks: ScanLook[] = [];
  let turn = performance.now();
  for (const workload of ours) {
    const about: EntityRef = { kind: workload.kind, namespace: workload.namespace, name: workload.name };
    if (!deps.models.find(about.namespace, about.name)) report.unmodelled += 1;
    const own = recent.get(workload.name) ?? {};
    if (Object.keys(own).length > 0) looks.push({ about, findings: scanAt(deps, about, own, at, STEP_MS) });
    if (performance.now() - turn < TURN_MS) continue;
    await new Promise(setImmediate);
    turn = performance.now();
  }
  return looks;
}

/** A closer look at single services, between the scans: those with an open incident, and those that have just become odd. */
export async function scanClosely(
  deps: WatchDeps,
  about: EntityRef[],
  memory: ScanMemory,
  calls: KnownCalls,
): Promise<{ anomalies: number; opened: string[] }> {
  const at = deps.clock.now();
  const asked = { fromMs: at - RECENT_MS, stepMs: STEP_MS, windowMs: deps.queries.quickWindowMs };
  const looks: ScanLook[] = [];
  for (const entity of about) {
    const recent: Recent = {};
    const one = async (metric: MetricName) => {
      const query = deps.queries.quickOfService(metric, entity.namespace, entity.name);
      const answer = await deps.metrics.range(query, at - RECENT_MS, at, STEP_MS);
      const [series] = answer.ok ? answer.value : [];
      const whole = series && wholeRates(series, { ...asked, metric });
      if (whole) recent[metric] = toSeries(whole.points);
      return answer.ok;
    };
    const answered = await Promise.all(LEARNED_METRICS.map(one));
    // Silence is not calm.
    if (answered.every(Boolean)) looks.push({ about: entity, findings: scanAt(deps, entity, recent, at, STEP_MS) });
  }
  return settleScan(deps, looks, memory, calls, at);
}
