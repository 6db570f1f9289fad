import type { LabelSelector } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import { at } from './tree.ts';

export type Labels = Record<string, string> | undefined;
export type Requirement = { key: string; operator: string; values: string[] };
export type Parsed<T> = { ok: true; value: T } | { ok: false; message: string };

/** True when labels meet every requirement. NotIn and != also match objects without the label, as in Kubernetes. */
export function matches(requirements: readonly Requirement[], labels: Labels): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = labels?.[key];
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      case 'Gt':
        return value !== undefined && Number(value) > Number(values[0]);
      case 'Lt':
        return value !== undefined && Number(value) < Number(values[0]);
      default:
        return false;
    }
  });
}

/** The requirements of a LabelSelector object. An empty selector selects everything; undefined selects nothing. */
export function requirementsOf(selector: LabelSelector): Requirement[] {
  const equalities = Object.entries(selector.matchLabels ?? {});
  return [
    ...equalities.map(([key, value]) => ({ key, operator: 'In', values: [value] })),
    ...(selector.matchExpressions ?? []).map((e) => ({ key: e.key, operator: e.operator, values: e.values ?? [] })),
  ];
}

export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  return selector !== undefined && matches(requirementsOf(selector), labels);
}

/** Parses the query form: `app=web,tier!=db,env in (a, b),!legacy`. */
export function parseLabelSelector(text: string): Parsed<Requirement[]> {
  const requirements: Requirement[] = [];
  for (const part of splitOutsideBrackets(text)) {
    const requirement = parseRequirement(part.trim());
    if (requirement === undefined) {
      return { ok: false, message: `unable to parse requirement: found '${part.trim()}', expected: identifier` };
    }
    requirements.push(requirement);
  }
  return { ok: true, value: requirements };
}

function splitOutsideBrackets(text: string): string[] {
  return text.split(/,(?![^(]*\))/).filter((part) => part.trim() !== '');
}

const KEY = '[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?';
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s+\\(([^)]*)\\)$`);
const EQUALS = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`);
const ORDER = new RegExp(`^(${KEY})\\s*([<>])\\s*(\\d+)$`);
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);

function parseRequirement(text: string): Requirement | undefined {
  const set = SET.exec(text);
  if (set !== null) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    return { key: set[1] ?? '', operator: set[2] === 'in' ? 'In' : 'NotIn', values };
  }
  const equals = EQUALS.exec(text);
  if (equals !== null) {
    return { key: equals[1] ?? '', operator: equals[2] === '!=' ? 'NotIn' : 'In', values: [equals[3] ?? ''] };
  }
  const order = ORDER.exec(text);
  if (order !== null)
    return { key: order[1] ?? '', operator: order[2] === '>' ? 'Gt' : 'Lt', values: [order[3] ?? ''] };
  const exists = EXISTS.exec(text);
  if (exists === null) return undefined;
  return { key: exists[2] ?? '', operator: exists[1] === '!' ? 'DoesNotExist' : 'Exists', values: [] };
}

// What a real API server lets one select by, besides metadata.name and metadata.namespace.
const FIELDS: Record<string, readonly string[]> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  nodes: ['spec.unschedulable'],
  replicasets: ['status.replicas'],
  jobs: ['status.successful'],
  namespaces: ['status.phase'],
  secrets: ['type'],
  services: ['spec.clusterIP', 'spec.type'],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
};

export type FieldRequirement = { path: string; equals: boolean; value: string };

/** Parses `status.phase=Running,spec.nodeName!=n1`; a field that the resource can't be selected by is an error. */
export function parseFieldSelector(resource: string, text: string): Parsed<FieldRequirement[]> {
  const requirements: FieldRequirement[] = [];
  for (const part of text.split(',').filter((piece) => piece !== '')) {
    const match = /^([^=!]+?)(==|=|!=)(.*)$/.exec(part);
    if (match === null) return { ok: false, message: `invalid selector: '${text}'; can't understand '${part}'` };
    const path = match[1] ?? '';
    if (!/^metadata\.(name|namespace)$/.test(path) && !(FIELDS[resource] ?? []).includes(path)) {
      return { ok: false, message: `field label not supported: ${path}` };
    }
    requirements.push({ path, equals: match[2] !== '!=', value: match[3] ?? '' });
  }
  return { ok: true, value: requirements };
}

export function matchesFields(requirements: readonly FieldRequirement[], object: KubeObject): boolean {
  return requirements.every(({ path, equals, value }) => (fieldText(object, path) === value) === equals);
}

function fieldText(object: KubeObject, path: string): string {
  const value = path === 'source' ? at(object, 'source.component') : at(object, path);
  if (value === undefined || value === null) return path === 'spec.unschedulable' ? 'false' : '';
  return String(value);
}
