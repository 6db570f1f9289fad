import { lagWords, weightByLag } from '../domain/change-lag.ts';
import { selects } from '../domain/label-selector.ts';
import { maskText } from '../domain/mask-text.ts';
import { editCommand } from '../domain/snapshot/kubectl.ts';
import type { Told } from '../domain/types/finding.ts';
import type { Correlator } from '../extension-points.ts';
import type { NetworkPolicy } from '../ports/cluster-objects.ts';

/** A rule that cuts a connection off does so at once. */
const HALF_LIFE_MS = 30 * 60_000;
const AT_ONCE = 0.93;

/** NetworkPolicies that were created or changed shortly before the trouble and rule the traffic of the subject or of what it calls. */
const networkPolicyChange: Correlator = {
  name: 'network_policy_change',
  finds: {
    network_policy: { chart: null, shownByPods: false, isContext: false },
  },
  correlate: ({ networkPolicies = [], references = [], since }) =>
    networkPolicies.flatMap((policy) => {
      const { name, namespace, selector, directions, createdAt, changedAt, by } = policy;
      const weight = weightByLag(changedAt, since, HALF_LIFE_MS);
      if (weight === null) return [];
      const how = changedAt > createdAt ? 'changed' : 'created';
      const who = by === null ? '' : ` by ${maskText(by, 40)}`;
      const traffic = directions.join(' and ').toLowerCase();
      return references
        .filter(({ workload, labels }) => workload.namespace === namespace && selects(selector, labels))
        .map(({ workload }) => ({
          kind: 'change' as const,
          about: workload,
          at: changedAt,
          what: 'network_policy',
          message: `NetworkPolicy ${name}, which rules the ${traffic} of ${workload.name}, was ${how}${who} ${lagWords(changedAt, since)}`,
          strength: AT_ONCE * weight,
          ...toldOf(policy, workload.name, how),
        }));
    }),
};

function toldOf({ namespace, name, selector, directions }: NetworkPolicy, held: string, how: string) {
  const object = { kind: 'NetworkPolicy', namespace, name };
  const told: Told = {
    title: `it rules the traffic of ${held}, and was ${how} shortly before the trouble`,
    facts: [
      { field: 'spec.policyTypes', value: JSON.stringify(directions) },
      { field: 'spec.podSelector', value: JSON.stringify(selector) },
    ],
    should: `such that it lets through whom ${held} is called by and calls`,
    whose: 'namespace',
  };
  return { object, command: editCommand(object), told };
}

export default networkPolicyChange;
