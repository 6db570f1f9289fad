import { lagWords } from '../domain/change-lag.ts';
import { maskText } from '../domain/mask-text.ts';
import { editCommand } from '../domain/snapshot/kubectl.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Told } from '../domain/types/finding.ts';
import type { IncidentContext } from '../extension-points/incident-context.ts';
import type { Correlator, Found } from '../extension-points.ts';
import type { Quota } from '../ports/cluster-objects.ts';

const REFUSED = 0.95;
/** A full quota hurts nobody who needs no more; it explains why scaling will not help. */
const FULL = 0.4;
const RECENT_MS = 6 * 3_600_000;
const OF_PODS = /^(pods|count\/pods|cpu|memory|(requests|limits)\.(cpu|memory))$/;

/** Pods that a ResourceQuota refused, one finding a workload; and quotas that leave no room for another pod. */
const quotaExceeded: Correlator = {
  name: 'quota_exceeded',
  finds: {
    quota_exceeded: { chart: null, shownByPods: false, isContext: false },
    quota_full: { chart: null, shownByPods: false, isContext: true },
  },
  correlate: (around) => [...refusals(around), ...(around.quotas ?? []).flatMap((quota) => fullness(quota, around))],
};

function refusals({ events }: IncidentContext): Found[] {
  const byWorkload = new Map<string, { about: EntityRef; at: number; message: string }>();
  for (const { reason, message, about, at } of events) {
    if (reason !== 'FailedCreate' || !message.includes('exceeded quota')) continue;
    const known = byWorkload.get(about.name);
    if (!known || at < known.at) byWorkload.set(about.name, { about, at, message });
  }
  return [...byWorkload.values()].map(({ about, at, message }) => ({
    kind: 'state',
    about,
    at,
    what: 'quota_exceeded',
    message: `A new pod of ${about.name} was refused: ${maskText(message.slice(message.indexOf('exceeded quota')), 200)}`,
    strength: REFUSED,
  }));
}

function fullness(quota: Quota, { workloads, subject, since }: IncidentContext): Found[] {
  const full = quota.resources.filter(({ name, used, hard }) => OF_PODS.test(name) && used >= hard);
  const workload = workloads.find((one) => one.name === subject.service);
  if (full.length === 0 || !workload) return [];
  const use = full.map(({ name, usedText, hardText }) => `${name} ${usedText} of ${hardText}`).join(', ');
  const lately =
    Math.abs(since - quota.changedAt) <= RECENT_MS ? `; it was set ${lagWords(quota.changedAt, since)}` : '';
  const message = `ResourceQuota ${quota.name} is used up (${use}): ${subject.service} can get no more pods${lately}`;
  const about = { kind: workload.kind, namespace: workload.namespace, name: workload.name };
  const object = { kind: 'ResourceQuota', namespace: quota.namespace, name: quota.name };
  const told: Told = {
    title: `it is used up, and ${subject.service} can get no more pods`,
    facts: full.map(({ name, usedText, hardText }) => ({
      field: `spec.hard[${name}]`,
      value: `${hardText} (${usedText} used)`,
    })),
    should: `more than ${full[0]?.hardText}, or pods that are not needed taken away`,
    whose: 'namespace',
  };
  const at = Math.min(since, quota.changedAt);
  const words = { object, told, command: editCommand(object) };
  return [{ kind: 'state', about, at, what: 'quota_full', message, strength: FULL, ...words }];
}

export default quotaExceeded;
