import { isQuiet, isQuietOnly } from './alert-severity.ts';
import type { Incident } from './incident.ts';
import type { StateName } from './incident-state.ts';
import { openPages } from './pages.ts';
import { isProposal } from './proposal.ts';
import type { WaitsFor } from './types/decision.ts';

/** An open incident in one line: enough to count a storm, and to name whom it holds, without reading ten thousand incidents. */
export type OpenLine = {
  id: string;
  namespace: string;
  service: string;
  state: StateName;
  waitsFor: WaitsFor | null;
  /** What is wrong: the kind of trouble, else what the first alert is called. */
  trouble: string;
  openedAt: number;
  alertedAt: number | null;
  /** An alert fires that isn't only for information. */
  fires: boolean;
  /** It has a message of its own. */
  shown: boolean;
  /** Nobody is to be told of it: a proposal, or only for information. */
  quiet: boolean;
  /** The page of the storm that it was told with, while that is open. */
  stormPage: { dedupKey: string; at: number } | null;
};

const LONGEST = 80;

export function openLineOf(incident: Incident): OpenLine {
  const { state, alerts } = incident;
  return {
    id: incident.id,
    namespace: incident.namespace,
    service: incident.service,
    state: state.name,
    waitsFor: state.name === 'watching' ? (state.waitsFor ?? null) : null,
    trouble: (incident.diagnosis?.issue.kind ?? alerts[0]?.name ?? incident.anomalies[0]?.what ?? '').slice(0, LONGEST),
    openedAt: incident.openedAt,
    alertedAt: incident.alertedAt ?? null,
    fires: alerts.some((alert) => alert.status === 'firing' && !isQuiet(alert)),
    shown: incident.message !== null,
    quiet: isProposal(incident) || isQuietOnly(incident),
    stormPage: stormPageOf(incident),
  };
}

function stormPageOf(incident: Incident): OpenLine['stormPage'] {
  const page = openPages(incident).find(({ dedupKey }) => isStormKey(incident.cluster, dedupKey));
  return page ? { dedupKey: page.dedupKey, at: page.at } : null;
}

const startOf = (cluster: string): string => `nightshift-${cluster}-storm-`;

export const isStormKey = (cluster: string, dedupKey: string): boolean => dedupKey.startsWith(startOf(cluster));

/** The key under which a storm is paged, once for all whom it holds: that of those who have heard of it already, else one of its own. */
export const stormKey = (cluster: string, open: OpenLine[], first: string | undefined): string =>
  open.find(({ stormPage }) => stormPage)?.stormPage?.dedupKey ?? `${startOf(cluster)}${first ?? 'over'}`;
