import { at, listAt, textAt } from '../cluster-port.ts';
import { NODES } from '../nodes.ts';
import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, type FaultWorld, node } from './kind.ts';

const POOL = 'data';
const names = NODES.filter(({ pool }) => pool === POOL).map(({ name }) => name);
const services = SERVICES.filter((one) => one.pool === POOL).map(({ name }) => name);
const TAINT = { key: 'shop/reserved', value: 'batch', effect: 'NoSchedule' };

type Spec = Record<string, unknown>;
type Shape = {
  kind: string;
  title: string;
  description: string;
  cause: string;
  remedy: string;
  by: string;
  close(spec: Spec): Spec;
  open(spec: Spec): Spec;
  isClosed(world: FaultWorld, name: string): boolean;
};

/** Every node of a pool keeps new pods off, and the service's pods are gone: they can be placed nowhere, though the nodes are well. */
const closed = (shape: Shape) =>
  defineFault({
    kind: shape.kind,
    title: shape.title,
    description: shape.description,
    services,
    start(service, _severity, world) {
      for (const name of names) edit(world, name, shape.close, shape.by);
      for (const { view } of world.pods(service.name)) world.cluster.remove('pods', NAMESPACE, view.name);
      const truth = {
        cause: `${shape.cause}: no pod of ${NAMESPACE}/${service.name} finds a place`,
        culprit: node(names[0] ?? ''),
        remedies: [shape.remedy, 'notify_oncall'],
        harmful: ['rollback_deployment', 'restart_deployment', 'scale_horizontal', 'drain_and_cordon'],
      };
      return { data: {}, truth };
    },
    cured: (_fault, world) => names.some((name) => !shape.isClosed(world, name)),
    undo(_fault, world) {
      for (const name of names) edit(world, name, shape.open, shape.by);
    },
  });

export const cordonForgotten = closed({
  kind: 'cordon-forgotten',
  title: 'Nodes that were left cordoned',
  description: 'The nodes of a pool were cordoned for a repair and never opened again: its pods find no place.',
  cause: `the nodes of pool ${POOL} are cordoned`,
  remedy: 'uncordon',
  by: 'kubectl-cordon',
  close: (spec) => ({ ...spec, unschedulable: true }),
  open: ({ unschedulable: _, ...spec }) => spec,
  isClosed: (world, name) => at(world.cluster.get('nodes', undefined, name), 'spec', 'unschedulable') === true,
});

export const taintLeft = closed({
  kind: 'taint-left',
  title: 'Taint that was left behind',
  description: 'The nodes of a pool carry a taint that nothing tolerates: its pods find no place.',
  cause: `the nodes of pool ${POOL} carry the taint ${TAINT.key}`,
  remedy: 'remove_taint',
  by: 'kubectl-taint',
  close: (spec) => ({ ...spec, taints: [...listAt(spec, 'taints'), TAINT] }),
  open: (spec) => ({ ...spec, taints: listAt(spec, 'taints').filter((one) => textAt(one, 'key') !== TAINT.key) }),
  isClosed: (world, name) =>
    listAt(world.cluster.get('nodes', undefined, name), 'spec', 'taints').some(
      (one) => textAt(one, 'key') === TAINT.key,
    ),
});

function edit(world: FaultWorld, name: string, change: (spec: Spec) => Spec, by: string): void {
  world.cluster.mutate(
    'nodes',
    undefined,
    name,
    (object) => {
      object.spec = change({ ...(at(object, 'spec') as Spec | undefined) });
    },
    by,
  );
}
