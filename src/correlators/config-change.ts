import { lagWords, weightByLag } from '../domain/change-lag.ts';
import { maskText } from '../domain/mask-text.ts';
import type { Correlator } from '../extension-points.ts';

/** A change of configuration shows at once, or when the pods read it again. */
const HALF_LIFE_MS = 45 * 60_000;
const AT_ONCE = 0.93;

/** ConfigMaps and Secrets that were written shortly before the trouble, for each workload that uses them. That they changed is known, not what. */
const configChange: Correlator = {
  name: 'config_change',
  finds: {
    config_change: { chart: null, shownByPods: false, isContext: false },
  },
  correlate: ({ configs = [], references = [], since }) =>
    configs.flatMap(({ kind, name, changedAt, createdAt, by }) => {
      const weight = weightByLag(changedAt, since, HALF_LIFE_MS);
      if (weight === null) return [];
      const how = changedAt > createdAt ? 'changed' : 'created';
      const who = by === null ? '' : ` by ${maskText(by, 40)}`;
      return references
        .filter((one) => one.configs.some((reference) => reference.kind === kind && reference.name === name))
        .map(({ workload }) => ({
          kind: 'change' as const,
          about: workload,
          at: changedAt,
          what: 'config_change',
          message: `${kind} ${name}, which ${workload.name} uses, was ${how}${who} ${lagWords(changedAt, since)}`,
          strength: AT_ONCE * weight,
        }));
    }),
};

export default configChange;
