import { isAlike, isNamedAfter } from '../../domain/snapshot/alike-names.ts';
import type { CallGraph } from '../../domain/snapshot/call-graph.ts';
import type { AddressUse } from '../../domain/snapshot/calls.ts';
import { type ClusterState, isListed } from '../../domain/snapshot/cluster-state.ts';
import { edit, target } from '../../domain/snapshot/kubectl.ts';
import { type LogSign, unknownHost } from '../../domain/snapshot/log-signs.ts';
import type { Service } from '../../domain/snapshot/service.ts';
import type { ObjectRef } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import { troubleOf } from '../../domain/snapshot/trouble.ts';
import type { Workload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** Hosts and ports in variables, arguments and ConfigMaps, held against the Services that there are. */
const addresses: StateCorrelator = {
  name: 'addresses',
  finds: {
    wrong_address: {
      area: 'configuration',
      title: 'a variable, argument or file names a host that no Service has',
      object: 'workload',
      whose: 'author',
      should: 'the name of a Service that is there',
    },
    wrong_port: {
      area: 'configuration',
      title: "a variable, argument or file names a port that the Service doesn't have",
      object: 'workload',
      whose: 'author',
      should: 'a port that the Service has',
    },
    service_missing: {
      area: 'service',
      title: 'a Service that is called does not exist',
      object: 'Service',
      whose: 'author',
      should: 'there, or the address of a Service that is',
    },
    service_port_mismatch: {
      area: 'service',
      title: 'the Service has no such port as its callers use',
      object: 'Service',
      whose: 'author',
      should: 'a port that the Service has',
    },
  },
  find: (state, calls) => {
    if (!isListed(state, 'Service', '') && state.services.length === 0) return [];
    const uses = [...calls.uses, ...fromLogs(state, calls)].filter(({ workload }) => workload.desired > 0);
    return [...missing(state, calls, uses), ...ports(calls, uses), ...mixedUp(state, calls, uses)];
  },
};

/** What logs complain of, where it isn't known from what the workload is configured with: that may stand in a Secret, or in the program. */
function fromLogs(state: ClusterState, calls: CallGraph): AddressUse[] {
  return state.workloads.flatMap((workload) => {
    const known = new Set(
      calls.uses.filter((use) => use.workload === workload).map(({ host, port }) => `${host}:${port}`),
    );
    return workload.signs
      .filter(
        ({ kind, late, count }) =>
          (kind === 'unknown_host' || kind === 'refused' || kind === 'timeout') && (late || count > 3),
      )
      .flatMap((sign) => {
        const named = sign.kind === 'unknown_host' ? [{ host: unknownHost(sign), port: null }] : sign.addresses;
        return named
          .filter(
            ({ host, port }) =>
              host !== '' &&
              !/^\d/.test(host) &&
              !known.has(`${host}:${port}`) &&
              ![...known].some((one) => one.startsWith(`${host}:`) && port === null),
          )
          .map(
            ({ host, port }): AddressUse => ({
              host,
              port,
              workload,
              source: 'log',
              field: `log of ${sign.log.pod}`,
              variable: '',
              value: sign.line,
              from: null,
            }),
          );
      });
  });
}

/** A variable that is named after one Service and leads to another. */
function mixedUp(state: ClusterState, calls: CallGraph, uses: AddressUse[]): StateCause[] {
  return uses.flatMap((use): StateCause[] => {
    const found = calls.resolve(use.host, use.workload.namespace);
    if (found.kind !== 'service' || use.variable === '' || isNamedAfter(use.variable, found.service.name)) return [];
    const meant = state.services.find(
      ({ namespace, name }) => namespace === found.service.namespace && isNamedAfter(use.variable, name),
    );
    if (!meant) return [];
    const facts = [
      useFact(use),
      fact({ kind: 'Service', namespace: meant.namespace, name: meant.name }, 'metadata.name', 'is there'),
      fact(
        { kind: 'Service', namespace: found.service.namespace, name: found.service.name },
        'metadata.name',
        'is what it leads to',
      ),
    ];
    return [
      {
        what: 'wrong_address',
        object: refOf(use.workload),
        strength: 0.88,
        facts,
        hurts: [],
        command: mend(use, meant.name, meant.ports[0]?.port ?? null),
      },
    ];
  });
}

function missing(state: ClusterState, calls: CallGraph, uses: AddressUse[]): StateCause[] {
  const lost = uses.flatMap((use) => {
    const found = calls.resolve(use.host, use.workload.namespace);
    const isOwn =
      /[^a-z0-9.-]/.test(use.host) ||
      use.workload.template.hostAliases.includes(use.host) ||
      use.host === use.workload.name;
    return found.kind === 'missing' &&
      !isOwn &&
      (isListed(state, 'Service', found.namespace) ||
        state.services.some(({ namespace }) => namespace === found.namespace) ||
        complaintOf(use) !== undefined)
      ? [{ use, ...found }]
      : [];
  });
  return [
    ...Map.groupBy([...lost, ...strange(calls, uses)], ({ namespace, name }) => `${namespace}/${name}`).values(),
  ].flatMap((all) => {
    const [first] = all;
    return first
      ? ofMissing(
          state,
          first,
          all.map(({ use }) => use),
        )
      : [];
  });
}

/** A name with dots that is none of ours by its form, and that nobody knows: the pods say so. */
const strange = (calls: CallGraph, uses: AddressUse[]) =>
  uses
    .filter(
      (use) =>
        use.source !== 'log' &&
        use.host.includes('.') &&
        calls.resolve(use.host, use.workload.namespace).kind === 'outside' &&
        complaintOf(use)?.kind === 'unknown_host',
    )
    .map((use) => ({ use, kind: 'missing' as const, namespace: use.workload.namespace, name: use.host }));

/** Who only sends what it saw to them hurts nobody when they are away. */
const OBSERVERS =
  /otel|opentelemetry|collector|jaeger|zipkin|tempo|tracing|trace-|metrics|statsd|profiler|sentry|datadog|telemetry|skywalking|oap/i;

function ofMissing(
  state: ClusterState,
  { namespace, name }: { namespace: string; name: string },
  uses: AddressUse[],
): StateCause[] {
  const service = { kind: 'Service', namespace, name };
  if (OBSERVERS.test(name)) return [];
  const behind = state.workloads.find((one) => one.namespace === namespace && one.name === name && one.desired > 0);
  const users = [...new Set(uses.map(({ workload }) => workload))];
  const renamed = behind && state.services.find((one) => one.workloads.includes(behind));
  if (behind || (users.length > 1 && uses.some((use) => complaintOf(use)))) {
    const object = renamed ? { kind: 'Service', namespace, name: renamed.name } : service;
    const facts = [
      fact(service, 'metadata.name', 'no such Service'),
      ...uses.slice(0, 4).map(useFact),
      ...(renamed ? [fact(object, 'spec.selector', renamed.selector)] : []),
      ...complaintFacts(uses),
    ];
    const command =
      behind && !renamed
        ? `kubectl expose ${target(behind)} --name ${name} --port ${uses.find(({ port }) => port !== null)?.port ?? 'PORT'}`
        : `kubectl get services -n ${namespace}`;
    return [
      {
        what: 'service_missing',
        object,
        strength: uses.some((use) => complaintOf(use)) ? 0.98 : behind ? 0.95 : 0.9,
        facts,
        hurts: users.map(refOf),
        command,
      },
    ];
  }
  return users.flatMap((workload) =>
    wrongAddress(
      state,
      workload,
      uses.filter((use) => use.workload === workload),
      service,
    ),
  );
}

function wrongAddress(state: ClusterState, workload: Workload, uses: AddressUse[], service: ObjectRef): StateCause[] {
  const [use] = uses;
  if (!use) return [];
  const candidates = state.services.filter(({ namespace }) => namespace === service.namespace);
  const meant =
    candidates.find(({ name }) => use.variable !== '' && isNamedAfter(use.variable, name)) ??
    candidates.find(({ name }) => isAlike(service.name, name));
  const certain = meant !== undefined || complaintOf(use) !== undefined;
  const holdsUp = use.field.includes('initContainers') && troubleOf(workload, state.at) > 0;
  // A word with a port in a file may be anything; a variable that is named after what it names is perhaps not in use.
  const strength = complaintOf(use)
    ? 0.98
    : holdsUp
      ? 0.94
      : meant
        ? use.source === 'config'
          ? 0.8
          : 0.93
        : troubleOf(workload, state.at) > 0 && use.source !== 'config'
          ? 0.5
          : 0.25;
  if (strength < 0.4 || (!certain && use.source === 'config')) return [];
  return [
    {
      what: 'wrong_address',
      object: refOf(workload),
      strength,
      facts: [
        useFact(use),
        fact(service, 'metadata.name', 'no such Service'),
        ...(meant
          ? [fact({ kind: 'Service', namespace: meant.namespace, name: meant.name }, 'metadata.name', 'is there')]
          : []),
        ...complaintFacts(uses),
      ],
      hurts: [],
      command: mend(use, meant?.name ?? 'SERVICE', use.port),
    },
  ];
}

/** A port that the Service doesn't have: whose fault it is, say the others who call it, and where its pods listen. */
function ports(calls: CallGraph, uses: AddressUse[]): StateCause[] {
  const wrong = uses.flatMap((use) => {
    const found = calls.resolve(use.host, use.workload.namespace);
    if (
      found.kind !== 'service' ||
      use.port === null ||
      found.service.externalName !== '' ||
      found.service.ports.length === 0
    )
      return [];
    const headless = found.service.ip === 'None';
    const listens = found.service.workloads.flatMap(({ template }) =>
      template.containers.flatMap((one) => one.ports.map(({ port }) => port)),
    );
    const right =
      found.service.ports.some(({ port }) => port === use.port) ||
      (headless && (listens.length === 0 || listens.includes(use.port)));
    return right || /^\d/.test(use.host) ? [] : [{ use, service: found.service, listens }];
  });
  return [...Map.groupBy(wrong, ({ service }) => `${service.namespace}/${service.name}`).values()].flatMap((all) => {
    const [first] = all;
    return first
      ? ofPort(
          calls,
          first.service,
          all.map(({ use }) => use),
          first.listens,
        )
      : [];
  });
}

function ofPort(calls: CallGraph, service: Service, uses: AddressUse[], listens: number[]): StateCause[] {
  const object = { kind: 'Service', namespace: service.namespace, name: service.name };
  const offered = fact(
    object,
    'spec.ports',
    service.ports.map(({ port, target: to }) => `${port} -> ${to}`).join(', '),
  );
  const others = (calls.usesOfService.get(`${service.namespace}/${service.name}`) ?? []).filter(({ port }) =>
    service.ports.some((one) => one.port === port),
  );
  const users = [...new Set(uses.map(({ workload }) => workload))];
  const agreed = new Set(uses.map(({ port }) => port)).size === 1;
  const pointsAtPods =
    uses.every(({ port }) => port !== null && listens.includes(port)) &&
    !service.ports.some(({ port }) => listens.includes(port));
  const isItsOwn = others.length === 0 && agreed && (users.length > 1 || pointsAtPods);
  if (isItsOwn)
    return [
      {
        what: 'service_port_mismatch',
        object,
        strength: 0.96,
        facts: [offered, ...uses.slice(0, 4).map(useFact), ...complaintFacts(uses)],
        hurts: users.map(refOf),
        command: edit(object),
      },
    ];
  return users.flatMap((workload) => {
    const own = uses.filter((use) => use.workload === workload);
    const [use] = own;
    if (!use) return [];
    const strength = own.some((one) => complaintOf(one)) ? 0.98 : use.source === 'config' ? 0.6 : 0.95;
    return [
      {
        what: 'wrong_port' as const,
        object: refOf(workload),
        strength,
        facts: [useFact(use), offered, ...complaintFacts(own)],
        hurts: [],
        command: mend(use, use.host, service.ports[0]?.port ?? null),
      },
    ];
  });
}

const useFact = (use: AddressUse): StateFact => {
  const where =
    use.from && use.source === 'config'
      ? { kind: use.from.kind, namespace: use.workload.namespace, name: use.from.name }
      : use.workload;
  return fact(where, use.field, use.value);
};

/** What its log says of that host. */
const complaintOf = ({ workload, host, port }: AddressUse): LogSign | undefined =>
  workload.signs.find((sign) => {
    if (sign.kind === 'unknown_host') return isHost(unknownHost(sign), host);
    return (
      (sign.kind === 'refused' || sign.kind === 'timeout') &&
      sign.addresses.some((one) => isHost(one.host, host) && (port === null || one.port === port))
    );
  });

const isHost = (said: string, host: string): boolean =>
  said !== '' && (said === host || said.startsWith(`${host}.`) || host.startsWith(`${said}.`));

const complaintFacts = (uses: AddressUse[]): StateFact[] =>
  uses
    .flatMap((use) => complaintOf(use) ?? [])
    .slice(0, 2)
    .map((sign) => fact({ kind: 'Pod', namespace: sign.log.namespace, name: sign.log.pod }, 'log', sign.line));

function mend({ workload, variable, from, source, field }: AddressUse, host: string, port: number | null): string {
  if (from) return edit({ kind: from.kind, namespace: workload.namespace, name: from.name });
  if (source !== 'variable' || variable === '') return edit(workload);
  const container = /ontainers\[([^\]]+)\]/.exec(field)?.[1];
  return `kubectl set env ${target(workload)}${container ? ` -c ${container}` : ''} ${variable}=${host}${port === null ? '' : `:${port}`}`;
}

export default addresses;
