import { isAlike, isNamedAfter } from '../../../domain/snapshot/alike-names.ts';
import type { CallGraph } from '../../../domain/snapshot/call-graph.ts';
import type { AddressUse } from '../../../domain/snapshot/calls.ts';
import { type ClusterState, isListed } from '../../../domain/snapshot/cluster-state.ts';
import { target } from '../../../domain/snapshot/kubectl.ts';
import type { ObjectRef } from '../../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause } from '../../../domain/snapshot/state-cause.ts';
import { troubleOf } from '../../../domain/snapshot/trouble.ts';
import type { StateWorkload } from '../../../domain/snapshot/workload.ts';
import { complaintFacts, complaintOf, mend, useFact } from './facts.ts';

export function missingServices(state: ClusterState, calls: CallGraph, uses: AddressUse[]): StateCause[] {
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
  // A second Service for those outside is none that was renamed.
  const renamed = behind && state.services.find((one) => one.type === 'ClusterIP' && one.workloads.includes(behind));
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

function wrongAddress(
  state: ClusterState,
  workload: StateWorkload,
  uses: AddressUse[],
  service: ObjectRef,
): StateCause[] {
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
