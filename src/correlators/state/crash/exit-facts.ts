import type { CrashedContainer } from '../../../domain/snapshot/crashed.ts';
import { fact, type StateFact } from '../../../domain/snapshot/state-cause.ts';

export function lastWords({ workload, container, logs }: CrashedContainer): StateFact[] {
  const line = logs
    .flatMap(({ lines }) => lines)
    .filter((text) => text.trim() !== '' && !/\bINFO\b/.test(text))
    .at(-1);
  return line ? [fact(workload, `log of ${container.name}`, line)] : [];
}

export const exitFacts = ({ pod, container, exit, restarts }: CrashedContainer): StateFact[] => [
  fact(
    { kind: 'Pod', namespace: pod.namespace, name: pod.name },
    `status.containerStatuses[${container.name}].lastState.terminated`,
    `${exit.reason} (exit code ${exit.code})${exit.message ? `: ${exit.message}` : ''}`,
  ),
  fact(
    { kind: 'Pod', namespace: pod.namespace, name: pod.name },
    `status.containerStatuses[${container.name}].restartCount`,
    restarts,
  ),
];
