import { maskText } from '../domain/mask-text.ts';
import type { Correlator } from '../extension-points.ts';

const REASONS = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'];

/** Containers that can't be made: mostly a ConfigMap, a Secret or a key of one that isn't there. */
const configError: Correlator = {
  name: 'config_error',
  finds: {
    config_error: { chart: 'pods', shownByPods: false, isContext: false },
  },
  correlate: ({ pods }) =>
    pods
      .filter((pod) => !pod.deleting)
      .flatMap((pod) =>
        pod.containers.flatMap(({ name, waiting }) => {
          if (!waiting || !REASONS.includes(waiting.reason)) return [];
          const why = waiting.message ? `: ${maskText(waiting.message, 200)}` : '';
          const message = `Pod ${pod.name}: container ${name} can't be made (${waiting.reason})${why}`;
          const about = { kind: 'Pod', namespace: pod.namespace, name: pod.name } as const;
          return [{ kind: 'state' as const, about, at: pod.createdAt, what: 'config_error', message, strength: 0.95 }];
        }),
      ),
};

export default configError;
