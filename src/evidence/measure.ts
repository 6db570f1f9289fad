import { expectedAt } from '../analysis/baseline.ts';
import { remediationTarget } from '../domain/bottleneck.ts';
import type { Incident } from '../domain/incident.ts';
import { mostlyGone } from '../domain/mostly-gone.ts';
import { nameIssue, type Vitals } from '../domain/name-issue.ts';
import { staysOnNode } from '../domain/node-pods.ts';
import { isProposal } from '../domain/proposal.ts';
import type { Finding, Issue } from '../domain/types.ts';
import { measureDemand } from '../learning/demand-ahead.ts';
import type { Deps } from '../pipeline/deps.ts';
import type { NodeInfo, PodInfo } from '../ports/cluster.ts';
import type { MetricName } from '../ports/metrics.ts';

/** The trouble of an incident, measured now. `gone` needs an answer from what showed it; silence is `unknown`. */
export type Trouble = { kind: 'present' | 'gone' | 'unknown'; severity: number | null; message: string };

/** A leak empties at the kill and climbs again: the kill counts until the pod is replaced or this long has passed. */
const OOM_RECENT_MS = 15 * 60_000;
const CRASH_RECENT_MS = 2 * 60_000;
const WAITING_BADLY = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'InvalidImageName',
]);

/** Measures what the diagnosis named, where it was measured then, from metrics and objects. Before a diagnosis any trouble of the service counts. */
export async function measureTrouble(deps: Deps, incident: Incident): Promise<Trouble> {
  if (isProposal(incident)) return measureDemand(deps, incident);
  const { namespace, service } = measuredOf(incident);
  const kind = incident.diagnosis?.measured ? incident.diagnosis.issue.kind : null;
  const { vitals, findings, blind } = await vitalsOf(deps, namespace, service);
  // A sick node elsewhere must not hide the trouble that is measured.
  const { issue, measured } = nameIssue(
    kind === null || kind === 'node_pressure' ? vitals : { ...vitals, nodesInTrouble: 0 },
    findings,
  );
  const severity = kind === null ? issue.severity : severityOf(kind, vitals, findings);
  if (severity === null) return { kind: 'unknown', severity: null, message: blind.join('; ') || 'no data' };
  const same = issue.kind === kind && !mostlyGone(kind, incident.diagnosis?.issue.severity ?? 0, vitals);
  const present = kind === null ? measured : measured && (same || outranks(kind, vitals));
  if (present) return { kind: 'present', severity, message: issue.message };
  if (blind.length > 0 && kind === null) return { kind: 'unknown', severity: null, message: blind.join('; ') };
  return { kind: 'gone', severity, message: goneWords(kind, vitals) };
}

/** The workload whose trouble the incident's is measured by: the one it was measured at, else the named cause (a node has no metrics of its own), else the one that hurts. */
export function measuredOf({ diagnosis, namespace, service }: Incident): { namespace: string; service: string } {
  const named = diagnosis && remediationTarget(diagnosis)?.entity;
  const cause = named?.kind === 'Node' ? undefined : named;
  return { namespace: cause?.namespace ?? namespace, service: diagnosis?.measuredOn ?? cause?.name ?? service };
}

/** Any trouble of a service, measured now; with `before`, what is left of that is none. Silence of what shows slowness is unknown, never health. */
export async function measureService(deps: Deps, namespace: string, service: string, before?: Issue): Promise<Trouble> {
  const { vitals, findings, blind } = await vitalsOf(deps, namespace, service);
  const severity = vitals.latencyP99Seconds;
  if (severity === null || vitals.errorRatio === null)
    return { kind: 'unknown', severity: null, message: blind.join('; ') || `${service}: no data` };
  const { issue, measured } = nameIssue({ ...vitals, nodesInTrouble: 0 }, findings);
  const isOver = before?.kind === issue.kind && mostlyGone(issue.kind, before.severity, vitals);
  if (measured && !isOver) return { kind: 'present', severity, message: issue.message };
  return { kind: 'gone', severity, message: `${service}: p99 is back to ${Number(severity.toPrecision(2))} s` };
}

/** The severity in the issue's unit, null when what it is measured by gave no answer. */
function severityOf(kind: string, vitals: Vitals, findings: Finding[]): number | null {
  switch (kind) {
    case 'high_memory_usage':
      return vitals.memoryRatio === null
        ? null
        : findings.some((finding) => finding.what === 'oom_killed')
          ? Math.max(1, vitals.memoryRatio)
          : vitals.memoryRatio;
    case 'high_latency':
      return vitals.latencyP99Seconds;
    case 'high_error_rate':
      return vitals.errorRatio;
    case 'node_pressure':
      return vitals.nodesInTrouble;
    case 'not_ready':
      return vitals.notReady;
    default:
      return vitals.crashLooping < 0 ? null : vitals.restarts;
  }
}

/** The named trouble may hide behind one that is named first: pods that crash while memory was the issue are still trouble. */
const outranks = (kind: string, vitals: Vitals): boolean => kind !== 'crash_loop' && vitals.crashLooping > 0;

function goneWords(kind: string | null, vitals: Vitals): string {
  const percent = (value: number | null) => `${Math.round((value ?? 0) * 100)} %`;
  switch (kind) {
    case 'high_memory_usage':
      return `${vitals.service} is at ${percent(vitals.memoryRatio)} of its memory limit`;
    case 'high_latency':
      return `${vitals.service}: p99 is back to ${Number((vitals.latencyP99Seconds ?? 0).toPrecision(2))} s`;
    case 'high_error_rate':
      return `${vitals.service}: ${percent(vitals.errorRatio)} of requests fail`;
    case 'crash_loop':
      return `${vitals.service}: all pods are ready and none crashes`;
    default:
      return `${vitals.service}: no trouble is measured any more`;
  }
}

export type Measured = { vitals: Vitals; findings: Finding[]; blind: string[] };

/** One service's vital signs now, over the short window: five minutes would show the trouble for minutes after it has gone. `blind` names what gave no answer. */
export async function vitalsOf(deps: Deps, namespace: string, service: string): Promise<Measured> {
  const now = deps.clock.now();
  const blind: string[] = [];
  const one = async (metric: MetricName): Promise<number | null> => {
    const result = await deps.metrics.instant(deps.queries.quickOfService(metric, namespace, service), now);
    if (!result.ok) blind.push(`${metric}: ${result.failure.message}`);
    const value = result.ok ? result.value[0]?.value : undefined;
    return value === undefined || !Number.isFinite(value) ? null : value;
  };
  const [memoryRatio, latencyP99Seconds, errorRatio, workload, nodes] = await Promise.all([
    one('memory_ratio'),
    one('latency_p99'),
    one('error_ratio'),
    deps.cluster.workload(namespace, service),
    deps.cluster.nodes(),
  ]);
  if (!workload.ok && workload.failure.kind !== 'not_found') blind.push(`workload: ${workload.failure.message}`);
  const pods = workload.ok
    ? await deps.cluster.pods(namespace, workload.value.selector, workload.value.expressions)
    : null;
  if (pods && !pods.ok) blind.push(`pods: ${pods.failure.message}`);
  const list = pods?.ok ? pods.value.filter((pod) => !pod.deleting) : [];
  const crashing = list.filter((pod) => isCrashing(pod, now));
  const band = deps.baselines.atHand('latency_p99', namespace, service);
  const vitals: Vitals = {
    service,
    memoryRatio,
    latencyP99Seconds,
    latencyBandHighSeconds: band ? expectedAt(band, now).high : null,
    errorRatio,
    crashLooping: pods?.ok ? crashing.length : workload.ok ? -1 : 0,
    restarts: list.reduce(
      (sum, pod) => sum + pod.containers.reduce((all, container) => all + container.restarts, 0),
      0,
    ),
    notReady: workload.ok ? Math.max(0, workload.value.replicas - workload.value.readyReplicas) : 0,
    nodesInTrouble: nodes.ok ? await troubledNodes(deps, nodes.value, service, list) : 0,
  };
  return { vitals, findings: list.flatMap((pod) => oomFinding(pod, now)), blind };
}

async function troubledNodes(deps: Deps, nodes: NodeInfo[], service: string, pods: PodInfo[]): Promise<number> {
  const sick = nodes.filter((node) => isSick(node) && homes(service, pods).has(node.name));
  const harmless = await Promise.all(sick.map((node) => isEmptied(deps, node)));
  return harmless.filter((empty) => !empty).length;
}

/** What ails a node that takes no pods and has none but its own hurts nobody. No answer: it isn't known to be empty. */
async function isEmptied(deps: Deps, node: NodeInfo): Promise<boolean> {
  if (!node.unschedulable) return false;
  const pods = await deps.cluster.podsOnNode(node.name);
  return pods.ok && pods.value.every((pod) => staysOnNode(pod, deps.protectedNamespaces) !== null);
}

const isSick = (node: NodeInfo): boolean => !node.ready || node.pressures.length > 0;

/** Nodes that matter to a service: where its pods are; to what is no workload, the node of that name. */
const homes = (service: string, pods: PodInfo[]): Set<string> =>
  new Set([service, ...pods.flatMap((pod) => pod.node ?? [])]);

/** A pod that waits in a bad way, or died of its own fault (not of memory) a moment ago. */
function isCrashing(pod: PodInfo, now: number): boolean {
  return pod.containers.some((container) => {
    const exit = container.lastExit;
    if (container.waiting && WAITING_BADLY.has(container.waiting.reason)) return exit?.reason !== 'OOMKilled';
    return (
      exit !== null &&
      exit.exitCode !== 0 &&
      exit.reason !== 'OOMKilled' &&
      container.restarts > 1 &&
      now - exit.finishedAt < CRASH_RECENT_MS
    );
  });
}

function oomFinding(pod: PodInfo, now: number): Finding[] {
  const killed = pod.containers.find(
    (container) => container.lastExit?.reason === 'OOMKilled' && now - container.lastExit.finishedAt < OOM_RECENT_MS,
  );
  if (!killed?.lastExit) return [];
  const about = { kind: 'Pod' as const, namespace: pod.namespace, name: pod.name };
  return [
    {
      kind: 'state',
      about,
      at: killed.lastExit.finishedAt,
      what: 'oom_killed',
      message: `${pod.name} was killed for its memory`,
      strength: 0.99,
    },
  ];
}
