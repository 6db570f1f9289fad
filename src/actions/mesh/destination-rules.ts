import { isRecord, readPath } from '../../domain/object-path.ts';
import { hostMatches } from '../../domain/service-host.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { CustomKind, CustomObject } from '../../ports/custom-objects.ts';
import { MARK } from '../edit/mark.ts';
import type { BreakerPart } from './breaker-settings.ts';

const of = (version: string): CustomKind => ({
  group: 'networking.istio.io',
  version,
  plural: 'destinationrules',
  kind: 'DestinationRule',
});

/** Newest first. Istio before 1.22 has no v1. */
export const DESTINATION_RULES = [of('v1'), of('v1beta1')];
const PARTS: BreakerPart[] = ['connectionPool.http', 'outlierDetection'];

/** Where the breaker goes: a rule of its own, or the parts that somebody's rule doesn't have. */
export type Home = { ok: true; rule: CustomObject | null; parts: BreakerPart[] } | { ok: false; refusal: Refusal };

type Service = { namespace: string; name: string };

/** The rules of the whole cluster that are about the Service. */
export async function rulesFor(
  cluster: Cluster,
  kind: CustomKind,
  service: Service,
): Promise<ClusterResult<CustomObject[]>> {
  const all = await cluster.custom.list(kind, null);
  if (!all.ok) return all;
  return { ok: true, value: all.value.filter((rule) => matchOf(rule, service) !== null) };
}

const matchOf = (rule: CustomObject, service: Service) =>
  hostMatches(String(readPath(rule.object, ['spec', 'host']) ?? ''), rule.namespace ?? '', service);

/**
 * Istio takes the most specific rule for a host and doesn't merge: a rule of ours beside a wildcard's would switch that one off (its TLS, say), and beside one of the same host it is undefined which
 * of the two holds. So ours is made only where there is none, and else only what is absent is added.
 */
export function homeFor(rules: CustomObject[], service: Service): Home {
  const ours = rules.find((rule) => MARK in rule.annotations);
  if (ours)
    return refuse(
      'not_needed',
      `DestinationRule ${ours.name} has a circuit breaker of Nightshift's (${ours.annotations[MARK]}) already.`,
    );
  const [rule, ...others] = rules;
  if (!rule) return { ok: true, rule: null, parts: PARTS };
  const name = `DestinationRule ${rule.namespace}/${rule.name}`;
  if (others.length > 0)
    return refuse(
      'managed_elsewhere',
      `${rules.length} DestinationRules are about ${service.name} (${name} and others): which one holds is Istio's choice. Leave one of them, and this is possible.`,
    );
  if (rule.namespace !== service.namespace || matchOf(rule, service) === 'wildcard')
    return refuse(
      'managed_elsewhere',
      `${name} decides how ${service.name} is called, and a rule of its own would switch that one off. Add outlier detection there.`,
    );
  if (isFilled(readPath(rule.object, ['spec', 'trafficPolicy', 'portLevelSettings'])))
    return refuse(
      'managed_elsewhere',
      `${name} has settings for single ports, which would outdo what is added. Add outlier detection there.`,
    );
  const parts = PARTS.filter((part) => !isFilled(readPath(rule.object, ['spec', 'trafficPolicy', ...part.split('.')])));
  if (parts.length > 0) return { ok: true, rule, parts };
  return refuse(
    'managed_elsewhere',
    `${name} has request limits and outlier detection of somebody's own: they are left as they are. Tighten them there.`,
  );
}

const isFilled = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : isRecord(value) && Object.keys(value).length > 0;

const refuse = (code: Refusal['code'], message: string): Home => ({ ok: false, refusal: { code, message } });

/** Subsets that say otherwise for themselves. */
export function subsetNotes({ name, object }: CustomObject): string[] {
  const subsets = readPath(object, ['spec', 'subsets']);
  const own = (Array.isArray(subsets) ? subsets : []).filter((one) => isFilled(readPath(one, ['trafficPolicy'])));
  return own.length === 0
    ? []
    : [`${own.length} of the subsets of ${name} have a traffic policy of their own, which stays.`];
}
