import { ALERT_LAG_MS } from '../domain/alert-lag.ts';
import { ownerOf } from '../domain/pod-owner.ts';
import type { IncidentContext, ServiceLogs } from '../extension-points/incident-context.ts';
import { answerOr } from './answer-or.ts';
import type { EvidenceDeps } from './deps.ts';
import type { Gathered } from './gathered.ts';
import { hangEvidence } from './rank-input.ts';

const NORMAL_MS = 60 * 60_000;
/** The normal time is looked at in parts, so that a busy service's lines come from all of it, and its own wandering shows. */
const NORMAL_PARTS = 4;
const LINES_OF_PART = 500;
const INCIDENT_MS = 15 * 60_000;
const INCIDENT_LINES = 2_000;
const MAX_SERVICES = 6;
const AT_ONCE = 3;

/** The log lines of the subject and its nearest callees, since the trouble began and before it. Empty without a store of logs. */
export async function gatherServiceLogs(
  deps: EvidenceDeps,
  incidentContext: IncidentContext,
  callees: string[],
  missing: string[],
): Promise<ServiceLogs[]> {
  if (!deps.logs) return [];
  const known = new Set(incidentContext.workloads.map(({ name }) => name));
  const services = [incidentContext.subject.service, ...callees]
    .filter((name) => known.has(name))
    .slice(0, MAX_SERVICES);
  const found: ServiceLogs[] = [];
  for (let from = 0; from < services.length; from += AT_ONCE) {
    const some = services.slice(from, from + AT_ONCE);
    const answers = await Promise.all(some.map((service) => logsOf(deps, service, incidentContext)));
    for (const answer of answers)
      if ('service' in answer) found.push(answer);
      else {
        // Whoever doesn't answer for one service needn't be asked for the next.
        missing.push(answer.message);
        return found;
      }
  }
  return found;
}

async function logsOf(
  deps: Pick<EvidenceDeps, 'logs' | 'mineLogs'>,
  service: string,
  { subject, since, at, workloads }: IncidentContext,
): Promise<ServiceLogs | { message: string }> {
  const start = since - ALERT_LAG_MS;
  const partMs = NORMAL_MS / NORMAL_PARTS;
  const kind = workloads.find(({ name }) => name === service)?.kind ?? 'Deployment';
  const workload = { kind, namespace: subject.namespace, name: service };
  const answers = await Promise.all([
    deps.logs!.lines(workload, Math.max(start, at - INCIDENT_MS), at, INCIDENT_LINES),
    ...Array.from({ length: NORMAL_PARTS }, (_, part) => {
      const from = start - NORMAL_MS + part * partMs;
      return deps.logs!.lines(workload, from, from + partMs, LINES_OF_PART);
    }),
  ]);
  const failed = answers.find((answer) => !answer.ok);
  if (failed && !failed.ok) return { message: `logs of ${service}: ${failed.failure.message}` };
  const [incident = [], ...normal] = answers.map((answer) => (answer.ok ? answer.value : []));
  if (!deps.mineLogs) return { service, normal, incident };
  const mined = await deps.mineLogs({ normal, incident }).catch(() => null);
  return mined ? { service, normal, incident, mined } : { message: `logs of ${service}: their lines can't be read` };
}

const MAX_HANGING = 2;
const PODS_OF_EACH = 2;
const TAIL_LINES = 60;

/** The last lines of pods that take requests and do hardly anything, by pod name: whether they hang by themselves or wait for somebody stands nowhere else. */
export async function gatherHangLogs(
  deps: Pick<EvidenceDeps, 'cluster'>,
  series: Gathered['series'],
  incidentContext: IncidentContext,
  missing: string[],
): Promise<Record<string, string[]>> {
  const { workloads, revisions } = incidentContext;
  const hanging = workloads
    .map((workload) => ({
      workload,
      strength: hangEvidence({ series, incidentContext }, workload.name)[0]?.strength ?? 0,
    }))
    .filter(({ strength }) => strength > 0)
    .sort((a, b) => b.strength - a.strength)
    .slice(0, MAX_HANGING);
  const pods = hanging.flatMap(({ workload }) =>
    incidentContext.pods
      .filter((pod) => !pod.deleting && ownerOf(pod, workloads, revisions)?.uid === workload.uid)
      .slice(0, PODS_OF_EACH),
  );
  const answers = await Promise.all(
    pods.map(async ({ namespace, name }) => {
      const lines = await deps.cluster.podLogs(namespace, name, { previous: false, tailLines: TAIL_LINES });
      return [name, answerOr(lines, [], `logs of ${name}`, missing)] as const;
    }),
  );
  return Object.fromEntries(answers);
}
