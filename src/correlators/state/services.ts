import type { CallGraph } from '../../domain/snapshot/call-graph.ts';
import type { ClusterState } from '../../domain/snapshot/cluster-state.ts';
import { editCommand, patch } from '../../domain/snapshot/kubectl.ts';
import { listeningPorts } from '../../domain/snapshot/listening.ts';
import type { Service, ServicePort } from '../../domain/snapshot/service.ts';
import { aDeclaredPort, valueBeside } from '../../domain/snapshot/should-be.ts';
import type { ObjectRef } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import { standingPods } from '../../domain/snapshot/trouble.ts';
import { templatePath } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';
import { meantBy } from './service/meant-by.ts';

const itsPodsLabels = (facts: readonly StateFact[]): string => {
  const own = valueBeside(facts, /labels$/);
  return own === null ? 'labels that its pods have' : `what its pods have: ${own}`;
};

/** Services held against the pods behind them: selector, targetPort, protocol. */
const services: StateCorrelator = {
  name: 'services',
  finds: {
    service_selector_mismatch: {
      area: 'service',
      title: "the Service's selector fits no pod",
      object: 'Service',
      whose: 'author',
      should: itsPodsLabels,
    },
    workload_missing: {
      area: 'dependency',
      title: 'nothing stands behind a Service that is called',
      object: 'Service',
      whose: 'author',
      should: 'labels of pods that run',
    },
    service_target_port_mismatch: {
      area: 'service',
      title: "the Service's targetPort is none of its pods' ports",
      object: 'Service',
      whose: 'author',
      should: aDeclaredPort,
    },
    service_protocol_mismatch: {
      area: 'service',
      title: "the Service's protocol isn't its pods'",
      object: 'Service',
      whose: 'author',
      should: aDeclaredPort,
    },
    service_without_endpoints: {
      area: 'service',
      title: 'the Service has no ready endpoint',
      object: 'Service',
      whose: 'author',
      symptom: true,
      should: 'more than 0: its pods must be ready',
    },
  },
  find: (state, calls) =>
    state.workloads.length === 0
      ? []
      : state.services
          .filter(
            ({ selector, externalName, namespace }) =>
              Object.keys(selector).length > 0 && externalName === '' && namespace !== 'kube-system',
          )
          .flatMap((service) => judge(state, calls, service))
          .concat(state.services.flatMap((service) => byHand(state, calls, service))),
};

/** Without a selector, named after a workload of the cluster, its addresses written by hand: none of them is a pod's. */
function byHand(state: ClusterState, calls: CallGraph, service: Service): StateCause[] {
  const { namespace, name, selector, externalName, addresses } = service;
  if (Object.keys(selector).length > 0 || externalName !== '' || state.pods.length === 0) return [];
  const meant = state.workloads.find((one) => one.namespace === namespace && one.name === name && one.kind !== 'Job');
  if (!meant || meant.desired === 0 || standingPods(meant).length === 0) return [];
  if (addresses.some((ip) => state.pods.some((pod) => pod.ip === ip))) return [];
  const object = asRef(service);
  const complaints = complaintsOf(state, calls, service);
  return [
    {
      what: 'service_selector_mismatch',
      object,
      // Somebody may have meant it: an address outside the cluster, while the workload here rests.
      strength: complaints.length > 0 || addresses.length === 0 ? 0.97 * weight(state, calls, service) : 0.5,
      facts: [
        fact(object, 'spec.selector', 'none'),
        fact(object, 'endpoints', addresses.length > 0 ? `${addresses.slice(0, 3).join(', ')}: no pod's` : 'none'),
        fact(meant, 'spec.template.metadata.labels', meant.template.labels),
        ...complaints
          .slice(0, 2)
          .map((sign) => fact({ kind: 'Pod', namespace: sign.log.namespace, name: sign.log.pod }, 'log', sign.line)),
      ],
      hurts: [...callersOf(calls, service), refOf(meant)],
      command: patch(object, { spec: { selector: meant.selector ?? meant.template.labels } }, 'merge'),
    },
  ];
}

const asRef = ({ namespace, name }: Service): ObjectRef => ({ kind: 'Service', namespace, name });

function judge(state: ClusterState, calls: CallGraph, service: Service): StateCause[] {
  if (service.workloads.length === 0 && service.pods.length === 0) return withoutPods(state, calls, service);
  const wrong = service.ports
    .map((port) => ({ port, fault: faultOf(service, port) }))
    .filter(({ fault }) => fault !== null);
  const all = wrong.length === service.ports.length;
  const found = wrong.flatMap(({ port, fault }) =>
    fault ? portCause(state, calls, service, { port, fault }, all) : [],
  );
  return found.length > 0 ? found : withoutEndpoints(calls, service);
}

/** How sure it is that this is trouble: somebody calls it, from the inside or the outside. */
function weight(state: ClusterState, calls: CallGraph, service: Service): number {
  if (complaintsOf(state, calls, service).length > 0) return 1;
  const used =
    calls.usesOfService.has(`${service.namespace}/${service.name}`) ||
    service.type === 'LoadBalancer' ||
    service.type === 'NodePort';
  return used ? 0.98 : 0.85;
}

/** Of whoever is configured to call it, and of all that say its name. */
const complaintsOf = (state: ClusterState, { resolve }: CallGraph, { namespace, name }: Service) =>
  state.workloads.flatMap((workload) =>
    workload.signs.filter(({ addresses }) =>
      addresses.some(({ host }) => {
        const found = resolve(host, workload.namespace);
        return found.kind === 'service' && found.service.name === name && found.service.namespace === namespace;
      }),
    ),
  );

const callersOf = ({ usesOfService }: CallGraph, { namespace, name }: Service): ObjectRef[] =>
  (usesOfService.get(`${namespace}/${name}`) ?? []).map(({ workload }) => refOf(workload));

function withoutPods(state: ClusterState, calls: CallGraph, service: Service): StateCause[] {
  const object = asRef(service);
  const meant = meantBy(state, service);
  const selector = fact(object, 'spec.selector', service.selector);
  const said = complaintsOf(state, calls, service);
  const complaints = said
    .slice(0, 2)
    .map((sign) => fact({ kind: 'Pod', namespace: sign.log.namespace, name: sign.log.pod }, 'log', sign.line));
  const told = state.workloads.filter(({ logs }) => logs.some((log) => said.some((sign) => sign.log === log)));
  const hurts = [...new Set([...callersOf(calls, service), ...told.map(refOf)])];
  if (!meant) {
    const used = hurts.length > 0;
    return used || complaints.length > 0
      ? [
          {
            what: 'workload_missing',
            object,
            strength: complaints.length > 0 ? 0.97 : 0.8,
            facts: [selector, fact(object, 'pods that it fits', 'none, and no workload of that name'), ...complaints],
            hurts,
            command: `kubectl get all -n ${service.namespace} --show-labels`,
          },
        ]
      : [];
  }
  return [
    {
      what: 'service_selector_mismatch',
      object,
      strength: 0.97 * weight(state, calls, service),
      facts: [
        selector,
        fact(meant, meant.kind === 'Pod' ? 'metadata.labels' : 'spec.template.metadata.labels', meant.template.labels),
        fact(object, 'endpoints', service.endpoints?.ready ?? 0),
        ...complaints,
      ],
      hurts: [...hurts, refOf(meant)],
      command: patch(object, { spec: { selector: meant.selector ?? meant.template.labels } }, 'merge'),
    },
  ];
}

type Fault = 'target' | 'named_target' | 'protocol';
type Wrong = { port: ServicePort; fault: Fault };

function faultOf(service: Service, { target, protocol }: ServicePort): Fault | null {
  const containers =
    service.workloads.length > 0
      ? service.workloads.flatMap(({ template, logs }) => template.containers.map((container) => ({ container, logs })))
      : service.pods.flatMap(({ template }) => template.containers.map((container) => ({ container, logs: [] })));
  const declared = containers.flatMap(({ container }) => container.ports);
  if (typeof target === 'string') return declared.some(({ name }) => name === target) ? null : 'named_target';
  const same = declared.filter(({ port }) => port === target);
  if (same.length > 0) return same.some((one) => one.protocol === protocol) ? null : 'protocol';
  const known = new Set(
    containers.flatMap(({ container, logs }) => [
      ...listeningPorts(container, logs),
      ...Object.values(container.probes).flatMap(({ port }) => (typeof port === 'number' ? [port] : [])),
    ]),
  );
  return known.size > 0 && !known.has(target) ? 'target' : null;
}

function portCause(
  state: ClusterState,
  calls: CallGraph,
  service: Service,
  { port, fault }: Wrong,
  all: boolean,
): StateCause[] {
  const object = asRef(service);
  const at = `spec.ports[${port.name || port.port}]`;
  const declared = service.workloads.flatMap((workload) =>
    workload.template.containers
      .filter(({ init, ports }) => !init && ports.length > 0)
      .map((container) =>
        fact(
          workload,
          `${templatePath(workload)}.containers[${container.name}].ports`,
          container.ports.map((one) => `${one.port}/${one.protocol}${one.name ? ` ${one.name}` : ''}`).join(', '),
        ),
      ),
  );
  const complaints = complaintsOf(state, calls, service)
    .slice(0, 2)
    .map((sign) => fact({ kind: 'Pod', namespace: sign.log.namespace, name: sign.log.pod }, 'log', sign.line));
  const right = service.workloads.flatMap(({ template }) => template.containers.flatMap(({ ports }) => ports))[0];
  const certain = fault === 'named_target' || complaints.length > 0 || all;
  return [
    {
      what: fault === 'protocol' ? 'service_protocol_mismatch' : 'service_target_port_mismatch',
      object,
      strength: (certain ? 0.96 : 0.5) * weight(state, calls, service),
      facts: [
        fact(
          object,
          fault === 'protocol' ? `${at}.protocol` : `${at}.targetPort`,
          fault === 'protocol' ? port.protocol : `${port.target}`,
        ),
        ...declared.slice(0, 4),
        ...complaints,
      ],
      hurts: callersOf(calls, service),
      command: right
        ? patch(
            object,
            [
              {
                op: 'replace',
                path: `/spec/ports/${service.ports.indexOf(port)}/${fault === 'protocol' ? 'protocol' : 'targetPort'}`,
                value: fault === 'protocol' ? right.protocol : right.port,
              },
            ],
            'json',
          )
        : editCommand(object),
    },
  ];
}

function withoutEndpoints(calls: CallGraph, service: Service): StateCause[] {
  const wanted = service.workloads.some(({ desired }) => desired > 0);
  const ready = service.endpoints?.ready ?? service.pods.filter((pod) => pod.ready).length;
  if (!wanted || ready > 0 || !calls.usesOfService.has(`${service.namespace}/${service.name}`)) return [];
  const object = asRef(service);
  return [
    {
      what: 'service_without_endpoints',
      object,
      strength: 0.7,
      facts: [fact(object, 'endpoints', `${ready} ready of ${service.pods.length} pods`)],
      hurts: service.workloads.map(refOf),
      command: `kubectl get endpointslices -n ${service.namespace} -l kubernetes.io/service-name=${service.name}`,
    },
  ];
}

export default services;
