import type { CauseKind } from '../../domain/cause-kinds.ts';
import { containersAt } from '../../domain/snapshot/crashed.ts';
import { editCommand } from '../../domain/snapshot/kubectl.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import { troubleOf } from '../../domain/snapshot/trouble.ts';
import { containerPath, type StateWorkload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

const PORT_VARIABLE = /^(?:(?:SERVER|HTTP|GRPC|APP|LISTEN)_)?PORT$/i;
const PORT_ARGUMENT = /^--?(?:port|listen(?:-port)?|server\.port)[= ](?:\S{0,60}:)?(\d{2,5})$/;

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
        : [...told(workload), ...shared(workload, crashed.has(workload))],
    );
  },
};

const told = (workload: StateWorkload): StateCause[] =>
  workload.template.containers.flatMap((container) => {
    const declared = container.ports.map(({ port }) => port);
    if (declared.length === 0 || container.init) return [];
    const variable = container.env.find(
      ({ name, value }) =>
        PORT_VARIABLE.test(name) && value !== null && /^\d{2,5}$/.test(value) && !declared.includes(Number(value)),
    );
    const argument = [...container.command, ...container.args].find((one) => {
      const port = PORT_ARGUMENT.exec(one)?.[1];
      return port !== undefined && !declared.includes(Number(port));
    });
    const found = variable
      ? { field: `env[${variable.name}]`, value: variable.value ?? '' }
      : argument
        ? { field: 'args', value: argument }
        : null;
    if (!found) return [];
    const what: CauseKind = 'wrong_port';
    return [
      {
        what,
        object: refOf(workload),
        strength: 0.9,
        facts: [
          fact(workload, containerPath(workload, container, found.field), found.value),
          fact(workload, containerPath(workload, container, 'ports'), declared.join(', ')),
        ],
        hurts: [],
        command: editCommand(workload),
      },
    ];
  });

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
