import { inOrderThatConvinces } from '../../../domain/fact-order.ts';
import type { Incident } from '../../../domain/incident.ts';
import { isAbout } from '../../../domain/is-about.ts';
import type { Cause } from '../../../domain/types/diagnosis.ts';
import type { Finding } from '../../../domain/types/finding.ts';
import { withoutSubject } from '../../../domain/without-subject.ts';
import { escapeText } from './escape.ts';
import { clockTime } from './format.ts';

const MOST = 3;
const CONVINCING = 0.5;

/** Up to three facts that speak for the likely cause, with their times, in the order that convinces: the change, the failing container with its last words, then the rest, the strongest first; what has no time comes last. The rest is behind Why?. */
export function factLines(incident: Incident): string[] {
  const cause = incident.diagnosis?.causes[0];
  if (!incident.diagnosis || !cause) return [];
  const speaking = strongestOfEachKind(incident.diagnosis.findings.filter((finding) => speaksFor(finding, cause)));
  // Chosen in this order, too: a strong figure doesn't push the change out.
  const timed = inOrderThatConvinces(speaking).slice(0, MOST);
  // Said already, of this one or of another pod in the same way.
  const said = new Set(incident.diagnosis.findings.map((finding) => finding.message));
  const untimed = cause.reasons.filter((reason) => !said.has(reason)).slice(0, MOST - timed.length);
  return [
    ...timed.map(
      ({ at, message }) => `• ${clockTime(at)}  ${escapeText(withoutSubject(message, cause.entity.name), 220)}`,
    ),
    ...untimed.map((reason) => `• ${escapeText(reason, 220)}`),
  ];
}

/** Of the cause itself or one of its pods. That all metrics together are unusual says nothing that a person can check. */
function speaksFor({ about, strength, what }: Finding, { entity }: Cause): boolean {
  return isAbout(about, entity.name) && strength >= CONVINCING && what !== 'unusual';
}

function strongestOfEachKind(findings: Finding[]): Finding[] {
  const sorted = [...findings].sort((a, b) => b.strength - a.strength);
  return sorted.filter((finding, index) => sorted.findIndex((one) => one.what === finding.what) === index);
}
