import type { AddressUse } from '../../../domain/snapshot/calls.ts';
import { editCommand, target } from '../../../domain/snapshot/kubectl.ts';
import { type LogSign, unknownHost } from '../../../domain/snapshot/log-signs.ts';
import { fact, type StateFact } from '../../../domain/snapshot/state-cause.ts';

export const useFact = (use: AddressUse): StateFact => {
  const where =
    use.from && use.source === 'config'
      ? { kind: use.from.kind, namespace: use.workload.namespace, name: use.from.name }
      : use.workload;
  return fact(where, use.field, use.value);
};

/** What its log says of that host. */
export const complaintOf = ({ workload, host, port }: AddressUse): LogSign | undefined =>
  workload.signs.find((sign) => {
    if (sign.kind === 'unknown_host') return isHost(unknownHost(sign), host) || isOnly(sign);
    return (
      (sign.kind === 'refused' || sign.kind === 'timeout') &&
      sign.addresses.some((one) => isHost(one.host, host) && (port === null || one.port === port))
    );
  });

/** A line that leaves out which name isn't known. */
const isOnly = (sign: LogSign): boolean => unknownHost(sign) === '' && (sign.late || sign.count > 2);

const isHost = (said: string, host: string): boolean =>
  said !== '' && (said === host || said.startsWith(`${host}.`) || host.startsWith(`${said}.`));

export const complaintFacts = (uses: AddressUse[]): StateFact[] =>
  uses
    .flatMap((use) => complaintOf(use) ?? [])
    .slice(0, 2)
    .map((sign) => fact({ kind: 'Pod', namespace: sign.log.namespace, name: sign.log.pod }, 'log', sign.line));

export function mend(
  { workload, variable, from, source, field }: AddressUse,
  host: string,
  port: number | null,
): string {
  if (from) return editCommand({ kind: from.kind, namespace: workload.namespace, name: from.name });
  if (source !== 'variable' || variable === '') return editCommand(workload);
  const container = /ontainers\[([^\]]+)\]/.exec(field)?.[1];
  return `kubectl set env ${target(workload)}${container ? ` -c ${container}` : ''} ${variable}=${host}${port === null ? '' : `:${port}`}`;
}
