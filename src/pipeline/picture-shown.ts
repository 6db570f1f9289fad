import type { ChartName } from '../domain/finding-info.ts';
import type { Incident } from '../domain/incident.ts';
import { isAbout } from '../domain/is-about.ts';
import { namedCause } from '../domain/named-cause.ts';
import type { AlertVital } from '../domain/types/alert.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import { CHART_OF_FINDING, CONTEXT_FINDINGS } from '../domain/vocabulary.ts';
import type { IssueKind } from '../extension-points.ts';
import { findingsOf } from './picture-look.ts';

/** What a picture shows, and of what where a finding says so. */
type Shown = { chart: ChartName; about: EntityRef | null };

const OF_VITAL: Partial<Record<AlertVital, ChartName>> = {
  latency: 'latency_p99',
  errors: 'error_ratio',
  traffic: 'request_rate',
  absence: 'pods',
};

/** What the trouble is about: what its kind says, else what its alerts' rules measure, else the strongest finding. Null: nothing shows it, and no picture is better than one of something else. */
export function shownBy(kinds: readonly IssueKind[], incident: Incident): Shown | null {
  const kind = kinds.find(({ name }) => name === incident.diagnosis?.issue.kind);
  if (kind?.chart) return { chart: kind.chart, about: null };
  const vital = incident.alerts.flatMap((alert) => (alert.vital && OF_VITAL[alert.vital]) ?? [])[0];
  if (vital && !kind) return { chart: vital, about: null };
  const whose = [incident.service, namedCause(incident.diagnosis)?.entity.name ?? incident.service];
  for (const { what, about } of findingsOf(incident)) {
    const chart = CHART_OF_FINDING[what];
    if (chart && !CONTEXT_FINDINGS.has(what) && whose.some((name) => isAbout(about, name))) return { chart, about };
  }
  return null;
}
