import { vitalOfFinding } from '../domain/alert-vital.ts';
import { calleesNear } from '../domain/callees.ts';
import { groupKeyOf, incidentFor, type KnownCalls } from '../domain/group.ts';
import type { Alert } from '../domain/types/alert.ts';
import type { EntityRef, Subject } from '../domain/types/entity.ts';
import type { Finding } from '../domain/types/finding.ts';
import { receiveAnomaly } from '../pipeline/receive-alerts.ts';
import { record } from '../pipeline/record.ts';
import type { WatchDeps } from './deps.ts';
import { judgeLook, type ScanMemory } from './scan-memory.ts';

/** A look at one service and what was odd in it. */
export type ScanLook = { about: EntityRef; findings: Finding[] };
export type ScanSettled = { anomalies: number; opened: string[] };

const MOST_OPEN = 500;
/** A person who said false alarm is believed for so long. */
const FALSE_ALARM_MS = 6 * 3_600_000;
const CAN_BE_CALM = new Set(['noticed', 'watching', 'awaiting_approval', 'escalated']);

/** Turns a round of looks into events: an anomaly that lasts opens an incident or joins one; calm that lasts is told to an incident that no alert speaks for. */
export async function settleScan(
  deps: WatchDeps,
  looks: ScanLook[],
  memory: ScanMemory,
  calls: KnownCalls,
  at: number,
): Promise<ScanSettled> {
  const settled: ScanSettled = { anomalies: 0, opened: [] };
  const open = await deps.recentlyOpen(MOST_OPEN);
  for (const { about, findings } of causesFirst(withoutPassedOn(looks, calls), calls)) {
    const subject: Subject = { cluster: deps.cluster.name, namespace: about.namespace, service: about.name };
    const key = groupKeyOf(subject);
    const own = open.find((incident) => incident.groupKey === key) ?? null;
    const verdict = judgeLook(memory, key, findings, own !== null, at);
    if (verdict.kind === 'suspect' || verdict.kind === 'trouble') settled.anomalies += 1;
    if (verdict.kind === 'trouble') {
      const id = await tell(deps, subject, verdict.finding, calls, at);
      if (id) settled.opened.push(id);
    }
    if (verdict.kind === 'calm' && own && own.alerts.length === 0 && CAN_BE_CALM.has(own.state.name)) {
      const message = 'The scan sees nothing unusual any more';
      await record(deps, own.id, { type: 'anomaly_cleared', at: deps.clock.now(), message });
    }
  }
  return settled;
}

/** The one that others wait for comes first, so that theirs can join its incident. */
function causesFirst(looks: ScanLook[], calls: KnownCalls): ScanLook[] {
  const odd = new Set(looks.filter((look) => look.findings.length > 0).map((look) => nodeOf(look.about)));
  const waitsFor = (look: ScanLook) =>
    [...(calls.get(nodeOf(look.about)) ?? [])].filter((node) => odd.has(node)).length;
  return looks
    .map((look) => ({ look, depth: waitsFor(look) }))
    .sort((a, b) => a.depth - b.depth)
    .map(({ look }) => look);
}

const LIKELY = 0.9;

/** A surge belongs to the first service that it reaches: those behind only take on what that one passes on. What takes more load and is slow, however far behind a sure surge, is slow because of it. */
export function withoutPassedOn(looks: ScanLook[], calls: KnownCalls): ScanLook[] {
  const surging = (least: number) =>
    looks.filter((look) => look.findings.some((one) => isSurge(one, least))).map(({ about }) => nodeOf(about));
  const passedOn = new Set(surging(0).flatMap((node) => [...(calls.get(node) ?? [])]));
  const behind = new Set(surging(LIKELY).flatMap((node) => [...calleesNear(node, calls)]));
  return looks.map((look) => {
    const node = nodeOf(look.about);
    const isSlowByIt = behind.has(node) && look.findings.some((one) => isSurge(one, 0));
    const isOwn = (one: Finding) => !(passedOn.has(node) && isSurge(one, 0)) && !(isSlowByIt && one.what === 'latency');
    return { ...look, findings: look.findings.filter(isOwn) };
  });
}

const isSurge = ({ what, value, strength }: Finding, least: number): boolean =>
  what === 'traffic' && strength >= least && (value?.observed ?? 0) > (value?.high ?? 0);

const nodeOf = (about: EntityRef): string => `${about.namespace}/${about.name}`;

async function tell(
  deps: WatchDeps,
  subject: Subject,
  finding: Finding,
  calls: KnownCalls,
  at: number,
): Promise<string | null> {
  if (await wasFalseAlarm(deps, subject, at)) return null;
  const related = incidentFor(asAlert(finding, at), subject, await deps.store.listOpen(MOST_OPEN), calls, at);
  if (related && related.groupKey !== groupKeyOf(subject)) {
    await record(deps, related.id, { type: 'anomaly_seen', at: deps.clock.now(), finding });
    return null;
  }
  return receiveAnomaly(deps, subject, finding, calls);
}

async function wasFalseAlarm(deps: WatchDeps, subject: Subject, at: number): Promise<boolean> {
  const { open, lastClosed } = await deps.store.findByGroup(groupKeyOf(subject));
  const last = open || !lastClosed ? null : await deps.store.load(lastClosed);
  const isFalse = last?.state.name === 'closed' && last.state.outcome === 'false_alarm';
  return isFalse && at - (last.closedAt ?? 0) < FALSE_ALARM_MS;
}

/** What the grouping of alerts asks of an anomaly: its kind and its service. */
const asAlert = (finding: Finding, at: number): Alert => ({
  fingerprint: `scan/${finding.what}`,
  name: finding.what,
  status: 'firing',
  labels: {},
  annotations: {},
  startsAt: at,
  endsAt: null,
  generatorUrl: '',
  vital: vitalOfFinding(finding.what),
  source: 'scan',
});
