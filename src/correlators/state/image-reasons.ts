import type { CauseKind } from '../../domain/cause-kinds.ts';
import type { ClusterState } from '../../domain/snapshot/cluster-state.ts';
import { isAbsent } from '../../domain/snapshot/cluster-state.ts';
import { editCommand, target } from '../../domain/snapshot/kubectl.ts';
import type { Pod } from '../../domain/snapshot/pod.ts';
import type { StateCause } from '../../domain/snapshot/state-cause.ts';
import { fact, refOf } from '../../domain/snapshot/state-cause.ts';
import { standingPods } from '../../domain/snapshot/trouble.ts';
import { containerPath, type StateWorkload, templatePath } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

const WAITING =
  /^(?:ImagePullBackOff|ErrImagePull|InvalidImageName|ErrImageNeverPull|RegistryUnavailable|ImageInspectError|SignatureValidationFailed)$/;

/** The runtime's own sentence, which stands at the end of the message; the first that fits. A registry that hides what it has says "denied" for what isn't there, too. */
const REASONS: [CauseKind, RegExp][] = [
  ['image_not_found', /repository does not exist|insufficient_scope|manifest unknown/i],
  ['image_name_invalid', /InvalidImageName|couldn't parse image|invalid reference format/i],
  ['image_never_pulled', /ErrImageNeverPull|not present with pull policy of Never/i],
  ['image_rate_limited', /toomanyrequests|429 Too Many Requests|pull rate limit/i],
  [
    'image_registry_unknown_host',
    /no such host|server misbehaving|Temporary failure in name resolution|lookup \S{1,253}.{0,120}(?:timeout|refused)/i,
  ],
  ['image_registry_certificate', /x509|certificate|server gave HTTP response to HTTPS|tls:/i],
  ['image_platform_mismatch', /no match for platform|no matching manifest/i],
  [
    'image_pull_unauthorised',
    /unauthorized|authentication required|authorization failed|401 |no basic auth|incorrect username or password|403 Forbidden/i,
  ],
  [
    'image_not_found',
    /not found|manifest unknown|does not exist|insufficient_scope|repository .{1,200} denied|access to the resource is denied|pull access denied/i,
  ],
  [
    'image_registry_unreachable',
    /i\/o timeout|connection refused|deadline exceeded|no route to host|network is unreachable|Client\.Timeout|EOF|reset by peer|5\d\d (?:Service|Bad|Internal|Gateway)/i,
  ],
];

const imageReasons: StateCorrelator = {
  name: 'image_reasons',
  finds: {
    image_name_invalid: {
      area: 'image',
      title: 'the image name is no valid reference',
      object: 'workload',
      whose: 'author',
      should: 'a valid reference, such as registry.example.com/team/app:1.2',
    },
    image_never_pulled: {
      area: 'image',
      title: 'the pull policy is Never and the node has no such image',
      object: 'workload',
      whose: 'author',
      should: 'IfNotPresent, or an image that is on the node',
    },
    image_rate_limited: {
      area: 'image',
      title: 'the registry limits the rate of pulls',
      object: 'workload',
      whose: 'registry',
      should: 'pulled with credentials or through a mirror; the limit ends by itself',
    },
    image_registry_unknown_host: {
      area: 'image',
      title: "the registry's name can't be resolved",
      object: 'workload',
      whose: 'registry',
      should: 'a registry whose name the nodes can resolve',
    },
    image_registry_certificate: {
      area: 'image',
      title: "the registry's certificate isn't trusted",
      object: 'workload',
      whose: 'registry',
      should: 'a registry whose certificate the nodes trust',
    },
    image_platform_mismatch: {
      area: 'image',
      title: "the image isn't made for the node's platform",
      object: 'workload',
      whose: 'author',
      should: "an image made for the node's platform",
    },
    image_pull_unauthorised: {
      area: 'image',
      title: 'the registry refuses the credentials',
      object: 'workload',
      whose: 'registry',
      should: 'one that the pull secret may read: renew the secret, or give it the right',
    },
    image_not_found: {
      area: 'image',
      title: 'the image or its tag does not exist',
      object: 'workload',
      whose: 'author',
      should: 'an image and tag that the registry has',
    },
    image_registry_unreachable: {
      area: 'image',
      title: 'the registry does not answer',
      object: 'workload',
      whose: 'registry',
      should: 'a registry that the nodes can reach',
    },
    image_pull_secret_missing: {
      area: 'image',
      title: 'the pull secret does not exist',
      object: 'workload',
      whose: 'author',
      should: 'a Secret of type kubernetes.io/dockerconfigjson in this namespace',
    },
    image_pull_failed: {
      area: 'image',
      title: 'the image could not be pulled',
      object: 'workload',
      whose: 'author',
      symptom: true,
      should: 'an image that can be pulled',
    },
  },
  find: (state) =>
    state.workloads.flatMap((workload) =>
      standingPods(workload)
        .slice(0, 20)
        .flatMap((pod) => failedPulls(state, workload, pod)),
    ),
};

function failedPulls(state: ClusterState, workload: StateWorkload, pod: Pod): StateCause[] {
  return pod.containers.flatMap(({ name, init, waiting }) => {
    if (!waiting || !WAITING.test(waiting.reason)) return [];
    const image = pod.template.containers.find((one) => one.name === name)?.image ?? '';
    const event = workload.events.find(
      ({ reason, message }) =>
        (reason === 'Failed' || reason === 'InspectFailed') && message.includes(image) && /pull|image/i.test(message),
    );
    const said = [event?.message ?? '', waiting.message, waiting.reason].join('\n');
    const secret = missingSecret(state, workload);
    const reason = REASONS.find(([, pattern]) => pattern.test(said))?.[0] ?? 'image_pull_failed';
    const what =
      secret &&
      ['image_pull_unauthorised', 'image_not_found', 'image_pull_failed'].includes(reason) &&
      !/manifest unknown|: not found/i.test(said)
        ? 'image_pull_secret_missing'
        : reason;
    const facts = [
      fact(workload, containerPath(workload, { name, init }, 'image'), image),
      fact(
        { kind: 'Pod', namespace: pod.namespace, name: pod.name },
        `status.containerStatuses[${name}].state.waiting`,
        `${waiting.reason}: ${waiting.message}`,
      ),
      ...(event ? [fact(event.about, `event ${event.reason}`, event.message)] : []),
      ...(secret ? [fact(workload, `${templatePath(workload)}.imagePullSecrets`, `${secret}: no such Secret`)] : []),
    ];
    return [
      {
        what,
        object: refOf(workload),
        strength: what === 'image_pull_failed' ? 0.9 : 0.98,
        facts,
        hurts: [],
        command: mend(what, workload, name, image),
      },
    ];
  });
}

/** A pull secret that isn't there: listed and absent, or as the kubelet says. */
function missingSecret(state: ClusterState, { namespace, template, events }: StateWorkload): string | undefined {
  const said = events.find(({ reason }) => reason === 'FailedToRetrieveImagePullSecret');
  return template.pullSecrets.find(
    (name) => isAbsent(state, { kind: 'Secret', namespace, name }) || said?.message.includes(name),
  );
}

function mend(what: CauseKind, workload: StateWorkload, container: string, image: string): string {
  if (what === 'image_pull_secret_missing' || what === 'image_pull_unauthorised')
    return `kubectl create secret docker-registry ${workload.template.pullSecrets[0] ?? 'NAME'} -n ${workload.namespace} --docker-server=REGISTRY --docker-username=USER --docker-password=PASSWORD`;
  if (what === 'image_never_pulled') return editCommand(workload);
  return `kubectl set image ${target(workload)} ${container}=${image.replace(/(?::[^:/]*|@.*)?$/, '')}:TAG`;
}

export default imageReasons;
