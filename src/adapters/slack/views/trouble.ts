import { firstSignAt } from '../../../domain/began.ts';
import type { Incident } from '../../../domain/incident.ts';
import { isProposal } from '../../../domain/proposal.ts';
import type { Cause } from '../../../domain/types/diagnosis.ts';
import type { Finding } from '../../../domain/types/finding.ts';
import type { Seen } from '../../../domain/types/outcome.ts';
import { withoutSubject } from '../../../domain/without-subject.ts';
import { escapeText, mention } from './escape.ts';
import { band, clockTime, dayTime, plural, quantity, shownShare } from './format.ts';

/** Why it hurts, with a number, and since when: lines of mrkdwn. Never depends on the present, so that a message that says the same stays the same. */
export function troubleLines(incident: Incident): string[] {
  const { diagnosis } = incident;
  const since = isProposal(incident)
    ? `${incident.byHand && !incident.byHand.cure ? `${mention(incident.byHand.user)} wants it, since` : 'Proposed at'} ${clockTime(incident.openedAt)}`
    : `Since ${clockTime(firstSignAt(incident))}${alertsInBrief(incident)}`;
  if (!diagnosis) return [...alertLines(incident), since];
  const strongest = ownAnomaly(incident);
  const issue = escapeText(withoutSubject(diagnosis.issue.message, incident.service), 500);
  const severity =
    incident.byHand || /\d/.test(diagnosis.issue.message)
      ? null
      : quantity(diagnosis.issue.severity, diagnosis.issue.unit);
  const told = severity ? `${issue} (${severity})` : issue;
  const own =
    strongest && strongest.message !== diagnosis.issue.message ? findingLine(strongest, incident.service) : '';
  // The issue may be the cause's, whose name its words then begin with: what hurts comes first.
  const isElsewhere =
    strongest?.about.name === incident.service && !diagnosis.issue.message.startsWith(incident.service);
  return [
    ...(isElsewhere && own !== '' && diagnosis.named ? [own, told] : [told, own]),
    `${since}${measuredWords(incident)}`,
  ].filter((line) => line !== '');
}

function measuredWords({ diagnosis, measuredAt }: Incident): string {
  if (!diagnosis || diagnosis.measured) return '';
  return measuredAt ? '. Not measured any more' : '. Heard of through alerts only: not measured yet';
}

/**
 * What of the service itself is odd. What changed and which objects are unwell belong to the cause, a line further down; that all metrics together
 * are unusual is worth a line only where nothing better is known.
 */
function ownAnomaly(incident: Incident): Finding | undefined {
  const anomalies = evidence(incident).filter((finding) => finding.kind === 'anomaly');
  const telling = anomalies.filter((finding) => finding.what !== 'unusual');
  const own = telling.find((finding) => finding.about.name === incident.service) ?? telling[0];
  return own ?? (incident.diagnosis?.measured ? undefined : anomalies[0]);
}

/** The likely cause, or that there is none sure enough to name; its facts are `factLines`. */
export function causeLine(incident: Incident, maxReasons = 0): string | null {
  const { diagnosis } = incident;
  if (!diagnosis || isProposal(incident)) return null;
  const top = diagnosis.causes[0];
  if (!top) return '*Cause:* nothing stands out in what I can see.';
  if (diagnosis.named) return `*Likely cause (${shownShare(top.probability)}):* ${causeWords(top, maxReasons)}`;
  return `*Cause unclear.* Best guess (${shownShare(top.probability)}): ${causeWords(top, maxReasons)}`;
}

/** Where the load of the cause stands now, which is what the next step is for. */
export function bottleneckLine({ diagnosis }: Incident): string | null {
  return diagnosis?.bottleneck ? `*The bottleneck has moved on* to ${causeWords(diagnosis.bottleneck, 1)}` : null;
}

/** What the causes rest on: why it isn't the second, that there is little history, and where none is named what is well. */
export function groundLines({ diagnosis }: Incident): string[] {
  if (!diagnosis) return [];
  const well = diagnosis.named ? [] : (diagnosis.foundWell ?? []);
  return [
    diagnosis.named && diagnosis.notSecond ? escapeText(diagnosis.notSecond, 220) : '',
    well.length > 0 ? `Looked at and found well: ${escapeText(well.join(', '), 300)}` : '',
    diagnosis.history ? escapeText(diagnosis.history, 160) : '',
  ].filter((line) => line !== '');
}

/** "ledger-db, rollout: revision 14 came 2 min before; …" */
export function causeWords(cause: Cause, maxReasons: number): string {
  const differing = new Set(cause.reasons.map((reason) => withoutSubject(reason, cause.entity.name)));
  const reasons = [...differing].slice(0, maxReasons).map((reason) => escapeText(reason, 200));
  const { entity, object } = cause;
  const isItself =
    !object || (object.kind === entity.kind && object.name === entity.name && object.namespace === entity.namespace);
  const shown = isItself ? entity : object;
  const kind =
    shown.kind === 'Deployment' || (isItself && shown.kind === 'Service') ? '' : `${escapeText(shown.kind, 60)} `;
  const elsewhere =
    shown.namespace !== entity.namespace && shown.namespace !== '' ? `${escapeText(shown.namespace, 63)}/` : '';
  const what = escapeText(cause.what.replaceAll('_', ' '), 60);
  return `${kind}*${elsewhere}${escapeText(shown.name, 100)}*, ${what}${reasons.length > 0 ? `: ${reasons.join('; ')}` : ''}`;
}

/** One piece of evidence, with the observed value and the normal band unless its words have numbers already; without the name `said`. */
export function findingLine(finding: Finding, said = ''): string {
  const message = escapeText(withoutSubject(finding.message, said), 400);
  const { value } = finding;
  if (!value || /\d/.test(finding.message)) return message;
  return `${message}: ${quantity(value.observed, value.unit)}; normally ${band(value.low, value.high, value.unit)}`;
}

/** Strongest first; anomalies with a measured value before the rest. */
export function evidence(incident: Incident): Finding[] {
  const findings = incident.diagnosis?.findings ?? incident.anomalies;
  const rank = (finding: Finding) => (finding.value ? 1 : 0) + finding.strength;
  return [...findings].sort((a, b) => rank(b) - rank(a));
}

/** When the same trouble was there last, what was done and what helped; else the incidents before on this service. Null without any. */
export function linkedLine({ seen, linked }: Pick<Incident, 'seen' | 'linked'>): string | null {
  if (seen) return seenWords(seen);
  const last = linked.slice(-3).map((id) => escapeText(id, 40));
  return last.length === 0 ? null : `Before, on this service: ${last.join(', ')}`;
}

function seenWords({ times, repeats, last, at, outcome, tried, helped }: Seen): string {
  const names = (actions: string[]) =>
    actions
      .slice(0, 3)
      .map((action) => escapeText(action.replaceAll('_', ' '), 60))
      .join(', ');
  const done = tried.length === 0 ? 'nothing was done' : `${names(tried)} was tried`;
  const good = helped.length > 0 ? `, ${names(helped)} helped` : tried.length > 0 ? ', in vain' : '';
  const again = repeats > 0 ? ` *A repeat:* back ${plural(repeats, 'time')} within a week of being healed.` : '';
  return `The same ${plural(times, 'time')} before, last in ${escapeText(last, 40)} (${dayTime(at)}): ${done}${good}; ${outcome.replaceAll('_', ' ')}.${again}`;
}

function alertsInBrief(incident: Incident): string {
  if (incident.alertCount === 0) return ', seen in the metrics before any alert';
  const names = [...new Set(incident.alerts.map((alert) => alert.name))];
  const first = names.slice(0, 2).map((name) => escapeText(name, 80));
  const more = names.length > 2 ? ` and ${names.length - 2} more` : '';
  return ` · ${plural(incident.alertCount, 'alert')}: ${first.join(', ')}${more}`;
}

function alertLines(incident: Incident): string[] {
  const all = incident.alerts.map((alert) => {
    const said = alert.annotations.summary ?? alert.annotations.description ?? '';
    return `${escapeText(alert.name, 100)}${said ? `: ${escapeText(said, 300)}` : ''} (${alert.status} since ${dayTime(alert.startsAt)})`;
  });
  // Many that say the same are one line.
  const told = [...new Set(all)];
  return told.length > 0
    ? told.slice(0, 2)
    : incident.anomalies.slice(0, 2).map((finding) => findingLine(finding, incident.service));
}
