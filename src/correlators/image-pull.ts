import { maskText } from '../domain/mask-text.ts';
import type { Correlator } from '../extension-points.ts';

const REASONS = ['ImagePullBackOff', 'ErrImagePull', 'InvalidImageName', 'ErrImageNeverPull', 'RegistryUnavailable'];

/** Containers whose image can't be had: nothing but another image, or the registry, mends that. */
const imagePull: Correlator = {
  name: 'image_pull',
  finds: {
    image_pull: { chart: 'pods', shownByPods: false, isContext: false },
  },
  correlate: ({ pods }) =>
    pods
      .filter((pod) => !pod.deleting)
      .flatMap((pod) =>
        pod.containers.flatMap(({ name, waiting }) => {
          if (!waiting || !REASONS.includes(waiting.reason)) return [];
          const why = waiting.message ? `: ${maskText(waiting.message, 200)}` : '';
          const message = `Pod ${pod.name}: the image of container ${name} can't be pulled (${waiting.reason})${why}`;
          const about = { kind: 'Pod', namespace: pod.namespace, name: pod.name } as const;
          return [{ kind: 'state' as const, about, at: pod.createdAt, what: 'image_pull', message, strength: 0.97 }];
        }),
      ),
};

export default imagePull;
