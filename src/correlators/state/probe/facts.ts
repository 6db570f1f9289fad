import { fact, type StateFact } from '../../../domain/snapshot/state-cause.ts';
import { containerPath } from '../../../domain/snapshot/workload.ts';
import type { Fault, ProbeLook } from './look.ts';

export function factsOfFault(
  { container, probe, workload, status, at: now }: ProbeLook,
  fault: Fault,
  at: (field: string) => string,
): StateFact[] {
  const how = { http: 'httpGet', tcp: 'tcpSocket', grpc: 'grpc', exec: 'exec' }[probe.kind];
  const listens = fact(
    workload,
    containerPath(workload, container, 'ports'),
    container.ports.map(({ port, name, protocol }) => `${port}/${protocol}${name ? ` ${name}` : ''}`).join(', '),
  );
  switch (fault) {
    case 'port':
      return [
        fact(
          workload,
          at(probe.kind === 'exec' ? 'exec.command' : `${how}.port`),
          probe.kind === 'exec' ? probe.command : `${probe.port}`,
        ),
        listens,
      ];
    case 'protocol':
      return [
        fact(
          workload,
          at(how),
          probe.kind === 'http'
            ? `${probe.scheme} ${probe.path} at port ${probe.port}`
            : probe.kind === 'exec'
              ? probe.command
              : `port ${probe.port}`,
        ),
        listens,
      ];
    case 'path':
      return [fact(workload, at('httpGet.path'), probe.path)];
    case 'timing':
      return [
        fact(
          workload,
          at('initialDelaySeconds'),
          `${probe.initialDelaySeconds} (period ${probe.periodSeconds} s, timeout ${probe.timeoutSeconds} s, ${probe.failureThreshold} failures)`,
        ),
        ...(status.last
          ? [
              fact(
                workload,
                'ran for',
                `${Math.round((status.last.finishedAt - status.last.startedAt) / 1_000)} s before it was killed`,
              ),
            ]
          : status.runningSince
            ? [fact(workload, 'runs for', `${Math.round((now - status.runningSince) / 1_000)} s`)]
            : []),
      ];
    case 'command':
      return [fact(workload, at('exec.command'), probe.command)];
  }
}
