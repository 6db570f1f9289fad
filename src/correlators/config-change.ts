import { lagWords, weightByLag } from '../domain/change-lag.ts';
import { maskText } from '../domain/mask-text.ts';
import { editCommand } from '../domain/snapshot/kubectl.ts';
import type { Told } from '../domain/types/finding.ts';
import type { Correlator } from '../extension-points.ts';
import type { ConfigInfo } from '../ports/cluster-objects.ts';

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
    configs.flatMap((config) => {
      const { kind, name, changedAt, createdAt, by } = config;
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
          ...toldOf(config, workload.name),
        }));
    }),
};

/** What it held before isn't known here; which of its keys were written last is. */
function toldOf({ kind, namespace, name, changedAt, by, keys = [] }: ConfigInfo, user: string) {
  const object = { kind, namespace, name };
  const written = `written${by === null ? '' : ` by ${by}`} at ${new Date(changedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const told: Told = {
    title: `${user} uses it, and it was changed shortly before the trouble`,
    facts: [...(keys.length > 0 ? keys : ['data'])].slice(0, 3).map((field) => ({ field, value: written })),
    should: 'what it was before that, as it is kept in Git or was applied last',
    whose: 'author',
  };
  return { object, command: editCommand(object), told };
}

export default configChange;
