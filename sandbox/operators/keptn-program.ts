import { change, object } from '../kube/change.ts';
import type { Container, Pod } from '../kube/kinds.ts';
import { controllerOf, instant, timestamp } from '../kube/objects.ts';
import { at, isTree, type Tree } from '../kube/tree.ts';
import type { ContainerState, PodRuntime, World } from '../kube/world.ts';

const RUN_MS = 5_000;
const RESTART = /^kubectl rollout restart deployment\/(\S*) (?:-n|--namespace)[ =](\S*)$/;

/** The program of a KeptnTask's pod: after five seconds it restarts the Deployment that its command names, or fails with the reason. Nothing but `kubectl rollout restart deployment/… -n …` can be run. */
export function keptnProgram(world: World, pod: Pod): PodRuntime | undefined {
  const job = ownerNamed(world, pod, 'Job');
  if (job === undefined || controllerOf(job)?.kind !== 'KeptnTask') return undefined;
  return {
    observe: (one) => observe(world, one),
    logs: (one) => {
      const { state, lastState } = one.status.containerStatuses?.[0] ?? {};
      const message = state?.terminated?.message ?? lastState?.terminated?.message;
      return message === undefined ? [] : [message];
    },
  };
}

function ownerNamed(world: World, pod: Pod, kind: string) {
  const owner = controllerOf(pod);
  return owner?.kind === kind ? object(world, 'jobs', pod.metadata.namespace, owner.name) : undefined;
}

function observe(world: World, pod: Pod): ContainerState {
  // Whether its image can be pulled is the simulation's to say.
  const outside = world.runtime().observe(pod);
  if (outside.kind === 'image_pull_failed' || outside.kind === 'config_error') return outside;
  const now = world.now();
  const startedAt = pod.status.containerStatuses?.[0]?.state.running?.startedAt;
  if (startedAt === undefined || now - instant(startedAt, now) < RUN_MS) return { kind: 'running', ready: true };
  const command = commandOf(pod);
  const found = RESTART.exec(command);
  if (!found) return failed(127, `the sandbox can't run "${command.slice(0, 120)}": only kubectl rollout restart`);
  const [, name = '', namespace = ''] = found;
  if (name === '') return failed(1, 'error: resource name may not be empty');
  const restarted = restart(world, namespace, name);
  return restarted
    ? { kind: 'exited', reason: 'Completed', exitCode: 0, message: `deployment.apps/${name} restarted` }
    : failed(1, `Error from server (NotFound): deployments.apps "${name}" not found`);
}

const failed = (exitCode: number, message: string): ContainerState => ({
  kind: 'exited',
  reason: 'Error',
  exitCode,
  message,
});

function restart(world: World, namespace: string, name: string): boolean {
  const restartedAt = timestamp(world.now());
  const edited = change(
    world,
    'deployments',
    namespace,
    name,
    ({ spec: { template } }) => {
      template.metadata ??= {};
      template.metadata.annotations = {
        ...template.metadata.annotations,
        'kubectl.kubernetes.io/restartedAt': restartedAt,
      };
    },
    'kubectl-rollout',
  );
  return edited !== undefined;
}

/** What is run, its variables filled in: `$(NAME)` by the kubelet, `$NAME` and `${NAME}` by a shell where one is called. */
function commandOf(pod: Pod): string {
  const [container] = pod.spec.containers;
  if (container === undefined) return '';
  const variables = variablesOf(pod, container);
  const words = [...(container.command ?? []), ...(container.args ?? [])].map((word) =>
    word.replace(/\$\((\w+)\)/g, (all, name: string) => variables[name] ?? all),
  );
  const [shell = '', option, script] = words;
  if (!/^(\/bin\/)?(ba)?sh$/.test(shell) || option === undefined || !/^-e?c$/.test(option)) return words.join(' ');
  const filled = (script ?? '').replace(/\$\{?(\w+)\}?/g, (_all, name: string) => variables[name] ?? '');
  return filled.trim().replaceAll('"', '').replace(/\s+/g, ' ');
}

function variablesOf(pod: Pod, { env = [] }: Container): Record<string, string> {
  return Object.fromEntries(
    env.map((variable: Tree) => {
      const path = isTree(variable.valueFrom) ? at(variable.valueFrom, 'fieldRef.fieldPath') : undefined;
      const value = typeof path === 'string' ? fieldOf(pod, path) : variable.value;
      return [String(variable.name), String(value ?? '')];
    }),
  );
}

function fieldOf({ metadata }: Pod, path: string): string | undefined {
  const [, map, key] = /^metadata\.(annotations|labels)\['([^']+)'\]$/.exec(path) ?? [];
  if (map !== undefined && key !== undefined) return metadata[map as 'annotations' | 'labels']?.[key];
  return path === 'metadata.namespace' ? metadata.namespace : path === 'metadata.name' ? metadata.name : undefined;
}
