import { isNamedAfter } from '../../domain/snapshot/alike-names.ts';
import type { CallGraph } from '../../domain/snapshot/call-graph.ts';
import type { AddressUse } from '../../domain/snapshot/calls.ts';
import { type ClusterState, isListed } from '../../domain/snapshot/cluster-state.ts';
import { unknownHost } from '../../domain/snapshot/log-signs.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import type { StateCorrelator } from '../../extension-points.ts';
import { mend, useFact } from './address/facts.ts';
import { missingServices } from './address/missing.ts';
import { wrongPorts } from './address/ports.ts';

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
    return [...missingServices(state, calls, uses), ...wrongPorts(calls, uses), ...mixedUp(state, calls, uses)];
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

export default addresses;
