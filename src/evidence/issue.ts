import { type Health, isOf } from '../domain/health.ts';
import type { Incident } from '../domain/incident.ts';
import { nameIssue } from '../domain/name-issue.ts';
import type { Cause, Diagnosis } from '../domain/types/diagnosis.ts';
import type { Finding } from '../domain/types/finding.ts';
import type { EvidenceDeps } from './deps.ts';
import { readHealth, type WhoseHealth } from './health.ts';
import { measureByOwnRule } from './own-rule.ts';
import { ranSince } from './ran-since.ts';
import { callersMeasured, readCallers } from './worsened.ts';

type Measured = Required<Pick<Diagnosis, 'issue' | 'measured' | 'health' | 'callers'>> &
  Pick<Diagnosis, 'measuredOn' | 'alertStays'>;

/** What is measured at the cause where one is named, else at the service that hurts, and how these and their direct callers are. A node is only the trouble where nothing else is to blame. */
export async function measuredIssue(
  deps: EvidenceDeps,
  incident: Incident,
  cause: Cause | undefined,
  findings: Finding[],
  calls: readonly { from: string; to: string }[],
): Promise<Measured> {
  const { namespace, service } = incident;
  const victim: WhoseHealth = { namespace, service };
  const named: WhoseHealth | null = cause ? { namespace: cause.entity.namespace, service: cause.entity.name } : null;
  const own = named && !isOf(named, victim) ? [victim, named] : [victim];
  const before = incident.diagnosis?.health ?? [];
  const callers = callersMeasured(calls, namespace, own);
  const [health, theirs] = await Promise.all([
    Promise.all(own.map((whose) => readHealth(deps, whose, { before: before.find((one) => isOf(one, whose)) }))),
    readCallers(deps, callers, before),
  ]);
  const at = (whose: WhoseHealth, nodesCount: boolean) => {
    const one = health.find((known) => isOf(known, whose))!;
    const look = { health: nodesCount ? one : withoutNodes(one), findings };
    return { ...nameIssue(deps.kinds, look), measuredOn: whose.service };
  };
  const there = named && cause?.entity.kind !== 'Node' ? at(named, false) : null;
  const found = there?.measured ? there : at(victim, true);
  const byRule = found.measured ? null : await measureByOwnRule(deps, incident);
  const since = byRule?.kind === 'present' ? await ranSince(deps.cluster, incident) : null;
  const isNews = byRule?.kind === 'present' && since === null;
  const issue = isNews ? { issue: byRule.issue, measured: true } : {};
  const stays = since === null ? {} : { alertStays: since };
  return { ...found, ...issue, ...stays, health: [...health, ...theirs], callers };
}

function withoutNodes(health: Health): Health {
  const { nodes: _, ...vitals } = health.vitals;
  return { ...health, vitals };
}
