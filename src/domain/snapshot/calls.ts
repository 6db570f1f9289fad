import { type Address, addressesInText, isHostName, namesHost, namesPort, stemOf } from './address.ts';
import { type ClusterState, objectAt, objectsOf } from './cluster-state.ts';
import { addressesInCommand } from './command-addresses.ts';
import type { Variable } from './container.ts';
import { labelsAt } from './fields.ts';
import type { Service } from './service.ts';
import type { StateWorkload } from './workload.ts';

/** Whom a workload means to call, by what it is configured with. `source` says where it stands, as a field's path. */
export type AddressUse = Address & {
  workload: StateWorkload;
  source: 'variable' | 'argument' | 'config' | 'log';
  field: string;
  /** The variable's name; empty where there is none. */
  variable: string;
  value: string;
  /** The ConfigMap or Secret that it comes from. */
  from: { kind: 'ConfigMap' | 'Secret'; name: string } | null;
};

const MAX_CONFIG = 200_000;

export function addressUses(state: ClusterState): AddressUse[] {
  return state.workloads.flatMap((workload) => usesOf(state, workload));
}

function usesOf(state: ClusterState, workload: StateWorkload): AddressUse[] {
  const uses: AddressUse[] = [];
  for (const container of workload.template.containers) {
    const at = `spec.template.spec.${container.init ? 'initContainers' : 'containers'}[${container.name}]`;
    const variables = [
      ...container.env.map((one) => ({ ...told(state, workload.namespace, one), field: `${at}.env[${one.name}]` })),
      ...bulkVariables(state, workload, container.envFrom, at),
    ];
    uses.push(...inVariables(workload, variables));
    const argued = (address: Address, field: string, value: string): AddressUse => ({
      ...address,
      workload,
      source: 'argument',
      field: `${at}.${field}`,
      variable: '',
      value: value.slice(0, 300),
      from: null,
    });
    for (const [field, words] of [
      ['command', container.command],
      ['args', container.args],
    ] as const)
      for (const word of words) uses.push(...addressesInText(word).map((address) => argued(address, field, word)));
    const whole = [...container.command, ...container.args];
    const where = container.args.length > 0 ? 'args' : 'command';
    uses.push(...addressesInCommand(whole).map((address) => argued(address, where, whole.join(' '))));
  }
  return [...uses, ...inFiles(state, workload)];
}

type Told = { name: string; value: string; from: AddressUse['from']; field: string };

function told(state: ClusterState, namespace: string, { name, value, from }: Variable): Omit<Told, 'field'> {
  if (!from) return { name, value: value ?? '', from: null };
  return { name, value: dataOf(state, namespace, from.kind, from.name)[from.key] ?? '', from };
}

function bulkVariables(
  state: ClusterState,
  { namespace }: StateWorkload,
  sources: StateWorkload['template']['containers'][number]['envFrom'],
  at: string,
): Told[] {
  return sources.flatMap(({ kind, name, prefix }) =>
    Object.entries(dataOf(state, namespace, kind, name)).map(([key, value]) => ({
      name: `${prefix}${key}`,
      value,
      from: { kind, name },
      field: `${at}.envFrom[${name}].${key}`,
    })),
  );
}

/** Of a Secret, what its values say of hosts; they are never shown. */
export function dataOf(
  state: ClusterState,
  namespace: string,
  kind: 'ConfigMap' | 'Secret',
  name: string,
): Record<string, string> {
  const raw = objectAt(state, { kind, namespace, name })?.raw;
  if (kind === 'ConfigMap') return labelsAt(raw, 'data');
  const encoded = Object.entries(labelsAt(raw, 'data')).map(([key, value]) => [key, decoded(value)] as const);
  return { ...Object.fromEntries(encoded), ...labelsAt(raw, 'stringData') };
}

function decoded(value: string): string {
  try {
    return atob(value);
  } catch {
    return '';
  }
}

function inVariables(workload: StateWorkload, variables: Told[]): AddressUse[] {
  const ports = new Map(
    variables
      .filter(({ name, value }) => namesPort(name) && /^\d{2,5}$/.test(value))
      .map(({ name, value }) => [stemOf(name), Number(value)]),
  );
  return variables.flatMap((one) => {
    const { name, from, field } = one;
    const value = one.value.trim();
    const make = (address: Address): AddressUse => ({
      ...address,
      workload,
      source: 'variable',
      field,
      variable: name,
      value: from?.kind === 'Secret' ? address.host : value.slice(0, 300),
      from,
    });
    const found = addressesInText(value).map(make);
    if (found.length > 0 || !namesHost(name) || !isHostName(value)) return found;
    return [make({ host: value.toLowerCase(), port: ports.get(stemOf(name)) ?? null })];
  });
}

/** ConfigMaps that are mounted as files. */
function inFiles(state: ClusterState, workload: StateWorkload): AddressUse[] {
  return workload.template.volumes
    .filter(({ kind }) => kind === 'ConfigMap')
    .flatMap(({ target }) =>
      Object.entries(dataOf(state, workload.namespace, 'ConfigMap', target)).flatMap(([key, value]) =>
        value.length > MAX_CONFIG
          ? []
          : addressesInText(value).map((address) => ({
              ...address,
              workload,
              source: 'config' as const,
              field: `data[${key}]`,
              variable: '',
              value: `${address.host}${address.port === null ? '' : `:${address.port}`}`,
              from: { kind: 'ConfigMap' as const, name: target },
            })),
      ),
    );
}

export type Resolved =
  | { kind: 'service'; service: Service }
  | { kind: 'missing'; namespace: string; name: string }
  | { kind: 'outside' };

const SELF = /^(?:localhost|127\.|0\.0\.0\.0|::1)/;

export type Resolver = (host: string, namespace: string) => Resolved;

/** What a host name means to a pod of the namespace. Names that end as the cluster's own do, or have no dot, are the cluster's. */
export function resolver(state: ClusterState): Resolver {
  const services = new Map(state.services.map((one) => [`${one.namespace}/${one.name}`, one]));
  const byIp = new Map(state.services.filter(({ ip }) => ip && ip !== 'None').map((one) => [one.ip, one]));
  const namespaces = new Set([
    ...objectsOf(state, 'Namespace').map(({ metadata }) => metadata.name),
    ...state.services.map((one) => one.namespace),
  ]);
  const at = (namespace: string, name: string): Resolved => {
    const service = services.get(`${namespace}/${name}`);
    return service ? { kind: 'service', service } : { kind: 'missing', namespace, name };
  };
  return (host, namespace) => {
    if (SELF.test(host) || host === '') return { kind: 'outside' };
    const known = byIp.get(host);
    if (known) return { kind: 'service', service: known };
    if (/^[\d.]+$/.test(host)) return { kind: 'outside' };
    const parts = host.split('.');
    const [first = '', second = '', third = '', fourth = ''] = parts;
    if (parts.length === 1) return at(namespace, first);
    if (fourth === 'svc' && namespaces.has(third)) return at(third, second);
    if (third === 'svc') return at(second, first);
    if (services.has(`${second}/${first}`)) return at(second, first);
    if (services.has(`${namespace}/${second}`) && parts.length === 2) return at(namespace, second);
    if (parts.length === 3 && services.has(`${third}/${second}`)) return at(third, second);
    return parts.length === 2 && namespaces.has(second) ? at(second, first) : { kind: 'outside' };
  };
}
