import { lagWords, weightByLag } from '../domain/change-lag.ts';
import { selects } from '../domain/label-selector.ts';
import { maskText } from '../domain/mask-text.ts';
import type { Correlator } from '../extension-points.ts';

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
    networkPolicies.flatMap(({ name, namespace, selector, directions, createdAt, changedAt, by }) => {
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
        }));
    }),
};

export default networkPolicyChange;
