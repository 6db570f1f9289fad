import type { Evidence } from '../../../src/analysis/rank.ts';
import { logEvidence, type TemplateCounts } from '../../../src/analysis/rank-logs.ts';
import type { CallCounts } from '../../../src/analysis/rank-traces.ts';
import type { Aggregate, ServiceAggregate } from './aggregate.ts';

/** How often a service's operations made each of their calls, before and during. */
export function callsOf(service: string, before: Aggregate[], during: Aggregate[]): CallCounts[] {
  const parts = [...before, ...during].flatMap((part) => part.services.get(service) ?? []);
  const keys = new Set(parts.flatMap((part) => [...part.calls.keys()]));
  const share = (part: Aggregate, operation: string, key: string) => {
    const own = part.services.get(service);
    return { hits: own?.calls.get(key) ?? 0, chances: own?.spans.get(operation) ?? 0 };
  };
  return [...keys].map((key) => {
    const [operation, callee] = key.split('\n') as [string, string];
    return {
      operation,
      callee,
      normal: before.map((part) => share(part, operation, key)),
      incident: summed(during.map((part) => share(part, operation, key))),
    };
  });
}

/** What a service's log templates say. */
export function logsOf(service: string, before: Aggregate[], during: Aggregate[], at: number): Evidence | null {
  const parts = [...before, ...during].flatMap((part) => part.services.get(service) ?? []);
  const keys = new Set(parts.flatMap((part) => [...part.logged.keys()]));
  const counts = [...keys].map((key): TemplateCounts => {
    const [operation, id] = key.split('\n') as [string, string];
    const template = parts.map((part) => part.templates.get(Number(id))).find((known) => known !== undefined);
    const share = (part: Aggregate) => ({
      hits: part.services.get(service)?.logged.get(key) ?? 0,
      chances: chancesOf(part.services.get(service), operation),
    });
    return {
      template: template?.text ?? '',
      severe: template?.severe ?? false,
      normal: before.map(share),
      incident: summed(during.map(share)),
    };
  });
  return logEvidence(service, counts, at);
}

function chancesOf(service: ServiceAggregate | undefined, operation: string): number {
  return service?.spans.get(operation) ?? 0;
}

function summed(shares: { hits: number; chances: number }[]): { hits: number; chances: number } {
  return shares.reduce((sum, { hits, chances }) => ({ hits: sum.hits + hits, chances: sum.chances + chances }), {
    hits: 0,
    chances: 0,
  });
}
