import type { ClusterState } from '../../domain/snapshot/cluster-state.ts';
import type { Container } from '../../domain/snapshot/container.ts';
import { containersAt } from '../../domain/snapshot/crashed.ts';
import { editCommand } from '../../domain/snapshot/kubectl.ts';
import { portNumber, toldPort } from '../../domain/snapshot/listening.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import { troubleOf } from '../../domain/snapshot/trouble.ts';
import { containerPath, type StateWorkload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** Where a container is told to listen, held against the ports that it declares; and two containers of a pod that want one port. */
const listeningPorts: StateCorrelator = {
  name: 'listening_ports',
  finds: {},
  alsoFinds: ['wrong_port', 'port_in_use'],
  find: (state) => {
    const crashed = new Set(containersAt(state).map(({ workload }) => workload));
    return state.workloads.flatMap((workload) =>
      workload.desired === 0 || troubleOf(workload, state.at) === 0
        ? []
        : [...told(state, workload), ...shared(workload, crashed.has(workload))],
    );
  },
};

function told(state: ClusterState, workload: StateWorkload): StateCause[] {
  return workload.template.containers.flatMap((container): StateCause[] => {
    if (container.init) return [];
    const listens = toldPort(container);
    const probed = Object.values(container.probes).flatMap(({ port }) => portNumber(container, port) ?? []);
    const { meant, at } = meantPorts(state, workload, container, probed);
    if (!listens || meant.length === 0 || meant.includes(listens.port)) return [];
    return [
      {
        what: 'wrong_port',
        object: refOf(workload),
        // Where a probe asks another port, it is known to be of no use; where it may not even listen there, that is told.
        strength: mayNotListen(workload) ? 0.5 : probed.length > 0 && !probed.includes(listens.port) ? 0.96 : 0.9,
        facts: [
          fact(workload, containerPath(workload, container, listens.field), listens.value),
          fact(workload, containerPath(workload, container, at), meant.join(', ')),
        ],
        hurts: [],
        command: editCommand(workload),
      },
    ];
  });
}

const mayNotListen = ({ signs }: StateWorkload): boolean =>
  signs.some(({ kind, late }) => late && (kind === 'permission_denied' || kind === 'address_in_use'));

/** Where others expect it to listen: as it declares, else as its probes and Services ask. */
function meantPorts(
  state: ClusterState,
  workload: StateWorkload,
  container: Container,
  probed: number[],
): { meant: number[]; at: string } {
  const declared = container.ports.map(({ port }) => port);
  if (declared.length > 0) return { meant: declared, at: 'ports' };
  if (workload.template.containers.filter(({ init }) => !init).length > 1) return { meant: probed, at: 'probes' };
  const targets = state.services
    .filter(({ workloads }) => workloads.includes(workload))
    .flatMap(({ ports }) => ports.flatMap(({ target }) => (typeof target === 'number' ? [target] : [])));
  return { meant: [...new Set([...probed, ...targets])], at: 'probes, and targetPort of its Services' };
}

function shared(workload: StateWorkload, crashes: boolean): StateCause[] {
  const all = workload.template.containers
    .filter(({ init }) => !init)
    .flatMap((container) => container.ports.map((port) => ({ container, port })));
  const clash = all.find((one, index) =>
    all
      .slice(0, index)
      .some(
        (other) =>
          other.container !== one.container &&
          other.port.port === one.port.port &&
          other.port.protocol === one.port.protocol,
      ),
  );
  if (!clash || !crashes) return [];
  const holders = all.filter(({ port }) => port.port === clash.port.port);
  return [
    {
      what: 'port_in_use',
      object: refOf(workload),
      strength: 0.93,
      facts: holders.map(({ container, port }) =>
        fact(workload, containerPath(workload, container, 'ports.containerPort'), port.port),
      ),
      hurts: [],
      command: editCommand(workload),
    },
  ];
}

export default listeningPorts;
