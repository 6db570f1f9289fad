import type { Cause } from '../api/failure.ts';
import type { Container, PodSpec } from '../kinds.ts';
import { parseQuantity } from '../quantity.ts';
import { isTree } from '../tree.ts';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const QUANTITY_RULE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

export const required = (field: string, more = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: `Required value${more === '' ? '' : `: ${more}`}`,
  field,
});
export const wrong = (field: string, value: unknown, why: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${typeof value === 'object' ? JSON.stringify(value) : typeof value === 'string' ? `"${value}"` : String(value)}: ${why}`,
  field,
});

/** What is wrong with a pod spec; `path` is where it stands in the object. */
export function podSpecCauses(spec: PodSpec | undefined, path: string, restartPolicies: readonly string[]): Cause[] {
  if (!isTree(spec)) return [required(`${path}.containers`)];
  const causes: Cause[] = [];
  const containers = Array.isArray(spec.containers) ? spec.containers : [];
  if (containers.length === 0) causes.push(required(`${path}.containers`));
  const seen = new Set<string>();
  for (const [i, container] of containers.entries()) {
    const field = `${path}.containers[${i}]`;
    causes.push(...containerCauses(container, field));
    if (seen.has(container.name)) {
      causes.push({
        reason: 'FieldValueDuplicate',
        message: `Duplicate value: "${container.name}"`,
        field: `${field}.name`,
      });
    }
    seen.add(container.name);
  }
  for (const [i, container] of (spec.initContainers ?? []).entries()) {
    causes.push(...containerCauses(container, `${path}.initContainers[${i}]`));
  }
  const policy = spec.restartPolicy ?? 'Always';
  if (!restartPolicies.includes(policy)) {
    const supported = restartPolicies.map((p) => `"${p}"`).join(', ');
    causes.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: "${policy}": supported values: ${supported}`,
      field: `${path}.restartPolicy`,
    });
  }
  return causes;
}

function containerCauses(container: Container, field: string): Cause[] {
  const causes: Cause[] = [];
  if (typeof container.name !== 'string' || container.name === '') causes.push(required(`${field}.name`));
  else if (!DNS_LABEL.test(container.name) || container.name.length > 63) {
    causes.push(
      wrong(
        `${field}.name`,
        container.name,
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
      ),
    );
  }
  if (typeof container.image !== 'string' || container.image === '') causes.push(required(`${field}.image`));
  for (const [i, port] of (container.ports ?? []).entries()) {
    const number = port.containerPort;
    if (!(number >= 1 && number <= 65535)) {
      causes.push(wrong(`${field}.ports[${i}].containerPort`, number, 'must be between 1 and 65535, inclusive'));
    }
  }
  for (const [i, variable] of (container.env ?? []).entries()) {
    if (!variable.name) causes.push(required(`${field}.env[${i}].name`));
  }
  return [...causes, ...resourceCauses(container, `${field}.resources`)];
}

function resourceCauses(container: Container, field: string): Cause[] {
  const causes: Cause[] = [];
  const { requests, limits } = container.resources ?? {};
  for (const [name, text] of [...Object.entries(limits ?? {}), ...Object.entries(requests ?? {})]) {
    const value = parseQuantity(text);
    if (Number.isNaN(value)) causes.push(wrong(`${field}[${name}]`, text, QUANTITY_RULE));
    else if (value < 0) causes.push(wrong(`${field}[${name}]`, text, 'must be greater than or equal to 0'));
  }
  for (const [name, request] of Object.entries(requests ?? {})) {
    const limit = limits?.[name];
    if (limit !== undefined && parseQuantity(request) > parseQuantity(limit)) {
      causes.push(wrong(`${field}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`));
    }
  }
  return causes;
}

const MUTABLE =
  '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** Refuses in-place changes of a pod beyond its images and tolerations. */
export function podUpdateCauses(before: PodSpec, after: PodSpec, equal: (a: unknown, b: unknown) => boolean): Cause[] {
  const reduce = (spec: PodSpec): unknown => ({
    ...spec,
    tolerations: undefined,
    activeDeadlineSeconds: undefined,
    nodeName: undefined,
    containers: spec.containers.map((c) => ({ ...c, image: '' })),
    initContainers: spec.initContainers?.map((c) => ({ ...c, image: '' })),
  });
  const kept = (before.tolerations ?? []).every((t) => (after.tolerations ?? []).some((other) => equal(t, other)));
  const moved = before.nodeName !== undefined && before.nodeName !== after.nodeName;
  if (equal(reduce(before), reduce(after)) && kept && !moved) return [];
  const message = `Forbidden: pod updates may not change fields other than ${MUTABLE}`;
  return [{ reason: 'FieldValueForbidden', message, field: 'spec' }];
}
