import type { Health } from '../domain/health.ts';
import type { Ceiling } from '../domain/judge-trouble.ts';
import type { EvidenceDeps } from './deps.ts';

/**
 * What must hold in band or not: of the one that is measured (the first) that it is under the lowest threshold of its kind's playbooks, of all of them a service objective where one is configured. An objective
 * says more than a playbook: it stands in its place.
 */
export function ceilingsFor(
  deps: Pick<EvidenceDeps, 'kinds' | 'playbooks' | 'policy'>,
  kindName: string | null,
  health: readonly Health[],
): Ceiling[] {
  const promised = health.flatMap((one) => objectivesOf(deps, one));
  const [own] = health;
  const level = deps.kinds.find(({ name }) => name === kindName)?.level;
  const below = lowestThreshold(deps, kindName);
  if (!own || level === undefined || below === null) return promised;
  const { namespace, service } = own;
  if (promised.some((one) => one.vital === level && one.service === service && one.namespace === namespace))
    return promised;
  return [...promised, { namespace, service, vital: level, below, why: 'still where its playbook begins' }];
}

function lowestThreshold({ playbooks }: Pick<EvidenceDeps, 'playbooks'>, kindName: string | null): number | null {
  const thresholds = [...playbooks.values()]
    .filter(({ issue }) => issue === kindName)
    .flatMap(({ steps }) => steps.map(({ threshold }) => threshold))
    .filter((threshold) => threshold > 0);
  return thresholds.length > 0 ? Math.min(...thresholds) : null;
}

function objectivesOf({ policy }: Pick<EvidenceDeps, 'policy'>, { namespace, service }: Health): Ceiling[] {
  const objective = (namespace === '' ? undefined : policy(namespace, service).objective) ?? {};
  const of = { namespace, service, why: 'not within its objective' };
  return [
    ...(objective.latencyP99Seconds === undefined
      ? []
      : [{ ...of, vital: 'latency', below: objective.latencyP99Seconds }]),
    ...(objective.errorRatio === undefined ? [] : [{ ...of, vital: 'errors', below: objective.errorRatio }]),
  ];
}
