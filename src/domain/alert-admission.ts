import { isQuiet } from './alert-severity.ts';
import type { Alert } from './types/alert.ts';

/** Which alerts of a delivery are ours to deal with. Pure. */

/** How the alerts of this cluster are told from others'. `values` null: the cluster wasn't named, so that no other can be told from it. */
export type OwnCluster = { label: string; values: string[] | null };

export type LeftOut = { alert: Alert; reason: string };

export type Admission = {
  taken: Alert[];
  /** Not ours, by name. */
  refused: LeftOut[];
  /** Ours, and nothing that anybody is to be told of. */
  noted: LeftOut[];
  /** That Alertmanager is alive. */
  heartbeats: Alert[];
};

/** Always fires, so that its silence tells of a broken way. */
const HEARTBEATS = new Set(['Watchdog', 'DeadMansSwitch', 'DeadMansSnitch', 'Heartbeat']);
/** Fires while an alert of severity info does, to hold it back: it says nothing itself. */
const INHIBITOR = 'InfoInhibitor';

export function admit(alerts: Alert[], muted: Alert[], own: OwnCluster): Admission {
  const admission: Admission = { taken: [], refused: [], noted: [], heartbeats: [] };
  for (const alert of muted) admission.refused.push({ alert, reason: 'it is silenced or inhibited in Alertmanager' });
  for (const alert of alerts) {
    const elsewhere = anotherCluster(alert, own);
    if (elsewhere !== null) admission.refused.push({ alert, reason: elsewhere });
    else if (HEARTBEATS.has(alert.name)) admission.heartbeats.push(alert);
    else if (alert.name === INHIBITOR) admission.noted.push({ alert, reason: 'it only holds others back' });
    else if (isQuiet(alert)) admission.noted.push({ alert, reason: `its severity is ${alert.labels.severity}` });
    else admission.taken.push(alert);
  }
  return admission;
}

function anotherCluster({ labels }: Alert, { label, values }: OwnCluster): string | null {
  const cluster = labels[label];
  if (!cluster || values === null || values.includes(cluster)) return null;
  return `it is of cluster ${cluster}; this one is ${values.join(' or ')}`;
}
