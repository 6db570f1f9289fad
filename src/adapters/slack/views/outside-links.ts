import type { Incident } from '../../../domain/incident.ts';
import { namedCause } from '../../../domain/named-cause.ts';
import { subjectEntity } from '../../../domain/subject.ts';
import type { EntityRef } from '../../../domain/types/entity.ts';
import { escapeText, inlineCode } from './escape.ts';

/** What whoever wrote the rule wants to be read, by the names that are usual. */
const ANNOTATED: [label: string, names: string[]][] = [
  ['Runbook', ['runbook_url', 'runbook']],
  ['Dashboard', ['dashboard_url', 'dashboard', 'grafana_url']],
];
const MOST_URL = 1_000;

/** The alert's own links: its runbook, its dashboard and its rule; the address is said with each, since it comes from outside. Null without any. */
export function alertLinks({ alerts }: Pick<Incident, 'alerts'>): string | null {
  const found = ANNOTATED.flatMap(([label, names]) => {
    const urls = alerts.flatMap(({ annotations }) => names.map((name) => annotations[name] ?? ''));
    return urls
      .map((url) => linkTo(url, label))
      .filter((link) => link !== null)
      .slice(0, 1);
  });
  const rule = alerts
    .map(({ generatorUrl }) => linkTo(generatorUrl, 'Rule in Prometheus'))
    .find((link) => link !== null);
  const links = [...found, ...(rule ? [rule] : [])];
  return links.length > 0 ? links.join('  ·  ') : null;
}

/** Only to the web, and never with a password in it. */
function linkTo(text: string, label: string): string | null {
  if (text.length > MOST_URL || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (!['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') return null;
  const href = url.href.replaceAll('&', '&amp;').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('|', '%7C');
  return `<${href}|${label} (${escapeText(url.host, 60)})>`;
}

/** The command that shows the object that it is about; null where that is none of the cluster's. */
export function kubectlLine(incident: Incident): string | null {
  const cause = namedCause(incident.diagnosis)?.entity;
  const { kind, namespace, name } = cause ?? subjectEntity(incident);
  if (NO_OBJECT.includes(kind)) return null;
  const where = namespace === '' ? '' : `-n ${namespace} `;
  return `See it: ${inlineCode(`kubectl ${where}describe ${kind.toLowerCase()} ${name}`, 250)}`;
}

const NO_OBJECT: EntityRef['kind'][] = ['Alert', 'Alerting', 'Probe', 'ControlPlane'];
