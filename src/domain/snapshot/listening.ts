import { type Container, PROBES, type ProbeName } from './container.ts';
import type { StateEvent } from './event.ts';
import type { ContainerLog } from './snapshot.ts';

/** Where a container listens, as far as anything tells; never the word of what is being judged. */

const PORT_VARIABLE = /^(?:(?:SERVER|HTTP|GRPC|APP|SERVICE|LISTEN)_)?PORT$/i;
const LISTENS =
  /(?:listening (?:on|at)|started (?:server |service )?(?:on|at)|server (?:started|running) (?:on|at)|starting (?:[a-z]+ ){0,3}server (?:on|at)|port\(s\):?|serving (?:on|at))\D{0,40}(\d{2,5})\b/i;

export function listeningPorts(container: Container, logs: ContainerLog[]): Set<number> {
  const ports = new Set(container.ports.map(({ port }) => port));
  if (ports.size === 0) {
    for (const { name, value } of container.env)
      if (PORT_VARIABLE.test(name) && value && /^\d{2,5}$/.test(value)) ports.add(Number(value));
  }
  for (const { lines } of logs)
    for (const line of lines.slice(0, 200)) {
      const port = LISTENS.exec(line.slice(0, 400))?.[1];
      if (port) ports.add(Number(port));
    }
  return ports;
}

const PORT_ARGUMENT = /^--?(?:port|listen(?:-port)?|server\.port)[= ](?:\S{0,60}:)?(\d{2,5})$/;

/** Where a container is told to listen, by a variable or an argument. */
export function toldPort({ env, command, args }: Container): { field: string; value: string; port: number } | null {
  const variable = env.find(
    ({ name, value }) =>
      name !== 'SERVICE_PORT' && PORT_VARIABLE.test(name) && value !== null && /^\d{2,5}$/.test(value),
  );
  if (variable?.value) return { field: `env[${variable.name}]`, value: variable.value, port: Number(variable.value) };
  const argument = [...command, ...args].find((one) => PORT_ARGUMENT.test(one));
  const port = PORT_ARGUMENT.exec(argument ?? '')?.[1];
  return argument !== undefined && port !== undefined ? { field: 'args', value: argument, port: Number(port) } : null;
}

export const portNumber = (container: Container, port: number | string | null): number | null =>
  typeof port === 'string' ? (container.ports.find(({ name }) => name === port)?.port ?? null) : port;

const FAILED = /^(Liveness|Readiness|Startup) probe (?:failed|errored)/;

export type ProbeFailure = { probe: ProbeName; event: StateEvent; message: string };

/** What the kubelet says of failing probes of a pod's container, newest first. */
export const probeFailures = (events: StateEvent[]): ProbeFailure[] =>
  events.flatMap((event) => {
    if (event.reason !== 'Unhealthy' && event.reason !== 'ProbeError' && event.reason !== 'ProbeWarning') return [];
    const name = FAILED.exec(event.message)?.[1]?.toLowerCase();
    const probe = PROBES.find((one) => one === name);
    return probe ? [{ probe, event, message: event.message.replace(FAILED, '').replace(/^:\s*/, '') }] : [];
  });
