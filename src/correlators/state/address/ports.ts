import type { CallGraph } from '../../../domain/snapshot/call-graph.ts';
import type { AddressUse } from '../../../domain/snapshot/calls.ts';
import { textAt } from '../../../domain/snapshot/fields.ts';
import { editCommand } from '../../../domain/snapshot/kubectl.ts';
import type { Service } from '../../../domain/snapshot/service.ts';
import { fact, refOf, type StateCause } from '../../../domain/snapshot/state-cause.ts';
import type { StateWorkload } from '../../../domain/snapshot/workload.ts';
import { complaintFacts, complaintOf, mend, useFact } from './facts.ts';

/** A port that the Service doesn't have: whose fault it is, say the others who call it, and where its pods listen. */
export function wrongPorts(calls: CallGraph, uses: AddressUse[]): StateCause[] {
  const wrong = uses.flatMap((use) => {
    const found = calls.resolve(use.host, use.workload.namespace);
    if (
      found.kind !== 'service' ||
      use.port === null ||
      found.service.externalName !== '' ||
      found.service.ports.length === 0
    )
      return [];
    const headless = found.service.ip === 'None';
    const listens = found.service.workloads.flatMap(({ template }) =>
      template.containers.flatMap((one) => one.ports.map(({ port }) => port)),
    );
    const right =
      found.service.ports.some(({ port }) => port === use.port) ||
      (headless && (listens.length === 0 || listens.includes(use.port)));
    return right || /^\d/.test(use.host) ? [] : [{ use, service: found.service, listens }];
  });
  return [...Map.groupBy(wrong, ({ service }) => `${service.namespace}/${service.name}`).values()].flatMap((all) => {
    const [first] = all;
    return first
      ? ofPort(
          calls,
          first.service,
          all.map(({ use }) => use),
          first.listens,
        )
      : [];
  });
}

function ofPort(calls: CallGraph, service: Service, uses: AddressUse[], listens: number[]): StateCause[] {
  const object = { kind: 'Service', namespace: service.namespace, name: service.name };
  const offered = fact(
    object,
    'spec.ports',
    service.ports.map(({ port, target: to }) => `${port} -> ${to}`).join(', '),
  );
  const others = (calls.usesOfService.get(`${service.namespace}/${service.name}`) ?? []).filter(({ port }) =>
    service.ports.some((one) => one.port === port),
  );
  const users = [...new Set(uses.map(({ workload }) => workload))];
  const agreed = new Set(uses.map(({ port }) => port)).size === 1;
  const pointsAtPods =
    uses.every(({ port }) => port !== null && listens.includes(port)) &&
    !service.ports.some(({ port }) => listens.includes(port));
  const isItsOwn = others.length === 0 && agreed && (users.length > 1 || pointsAtPods);
  if (isItsOwn)
    return [
      {
        what: 'service_port_mismatch',
        object,
        strength: 0.96,
        facts: [offered, ...uses.slice(0, 4).map(useFact), ...complaintFacts(uses)],
        hurts: users.map(refOf),
        command: editCommand(object),
      },
    ];
  // Nobody else calls it, its callers are as they were made, and its own port is none of its pods': a Service changes without a trace, a template doesn't.
  const moved =
    others.length === 0 && users.every(isAsMade) && !service.ports.some(({ port }) => listens.includes(port));
  const wrong = users.flatMap((workload) => {
    const own = uses.filter((use) => use.workload === workload);
    const [use] = own;
    if (!use) return [];
    const strength = moved ? 0.7 : own.some((one) => complaintOf(one)) ? 0.98 : use.source === 'config' ? 0.6 : 0.95;
    return [
      {
        what: 'wrong_port' as const,
        object: refOf(workload),
        strength,
        facts: [useFact(use), offered, ...complaintFacts(own)],
        hurts: [],
        command: mend(use, use.host, service.ports[0]?.port ?? null),
      },
    ];
  });
  if (!moved) return wrong;
  const facts = [offered, ...uses.slice(0, 4).map(useFact), ...complaintFacts(uses)];
  return [
    ...wrong,
    {
      what: 'service_port_mismatch',
      object,
      strength: 0.94,
      facts,
      hurts: users.map(refOf),
      command: editCommand(object),
    },
  ];
}

/** Its template is the first that it had. */
const isAsMade = ({ raw }: StateWorkload): boolean =>
  textAt(raw, 'metadata', 'annotations', 'deployment.kubernetes.io/revision') === '1';
