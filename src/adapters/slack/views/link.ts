import type { Incident } from '../../../domain/incident.ts';
import { openQuestion } from '../../../domain/person-calls.ts';

/** To the incident's one message; null while there is none. */
export function messageLink({ message }: Incident): string | null {
  return message ? `<${archiveLink(message)}|All of it>` : null;
}

/** To the question that is open; null where none is, or nobody knows where it is. */
export function questionLink(incident: Incident): string | null {
  const question = openQuestion(incident);
  return question ? `<${question.link ?? archiveLink(question)}|the question>` : null;
}

/** Slack leads from there to the workspace of whoever follows it. */
export const archiveLink = ({ channel, ts }: { channel: string; ts: string }): string =>
  `https://slack.com/archives/${encodeURIComponent(channel)}/p${ts.replace('.', '')}`;
