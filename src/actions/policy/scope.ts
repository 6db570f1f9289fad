import type { Step } from '../../domain/types/playbook.ts';
import type { ActionContext, ParamFault } from '../../extension-points.ts';
import type { ContainerInfo, Workload } from '../../ports/cluster-objects.ts';
import { amountOf, type ResourceDefault } from './default-resources.ts';

/** Where a policy holds: in the namespaces named, or (`all`) everywhere but in these. */
export type Scope = { all: boolean; namespaces: string[] };

const EVERYWHERE = '*';
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const MOST_NAMESPACES = 20;

/** The namespaces that the step names, else that of the incident; everywhere but in the protected ones for `*`. */
export function scopeOf({
  step,
  subject,
  protectedNamespaces,
}: Pick<ActionContext, 'step' | 'subject' | 'protectedNamespaces'>): Scope {
  const { namespaces } = step.params;
  if (namespaces === EVERYWHERE) return { all: true, namespaces: protectedNamespaces.toSorted() };
  const named = namespaces === undefined ? [subject.namespace].filter((one) => one !== '') : namesIn(namespaces);
  return { all: false, namespaces: [...new Set(named)].sort() };
}

/** What is wrong with the parameter `namespaces`; null when it is right. */
export function namespacesFault(value: Step['params'][string] | undefined): ParamFault | null {
  if (value === undefined || value === EVERYWHERE) return null;
  const names = namesIn(value);
  const odd = names.find((name) => !NAME.test(name));
  if (names.length > 0 && names.length <= MOST_NAMESPACES && odd === undefined) return null;
  const message = `must be up to ${MOST_NAMESPACES} names of namespaces with commas between, such as "shop, checkout", or "*" for all${odd === undefined ? '' : ` ("${odd.slice(0, 40)}" is no name)`}`;
  return { param: 'namespaces', message };
}

const namesIn = (value: Step['params'][string]): string[] =>
  String(value)
    .split(',')
    .map((name) => name.trim());

/** As `shop and checkout` or `all namespaces but kube-system`. */
export function scopeWords({ all, namespaces }: Scope): string {
  const listed = namespaces.join(', ');
  if (!all) return listed;
  return namespaces.length === 0 ? 'all namespaces' : `all namespaces but ${listed}`;
}

/** Whether the next pods of a workload get something that those it has now don't. */
export const isTouched = ({ containers }: Workload, defaults: ResourceDefault[]): boolean =>
  containers.some((container) => defaults.some((one) => lacks(container, one)));

/** A container that asks for more than the limit that it would get is left without: else its pods would be refused. */
function lacks(container: ContainerInfo, { resource, limit }: ResourceDefault): boolean {
  const ofMemory = resource === 'memory';
  const given = ofMemory ? container.memoryLimitBytes : container.cpuLimit;
  const asked = ofMemory ? container.memoryRequestBytes : container.cpuRequest;
  return given === null && (asked === null || asked <= amountOf(limit));
}
