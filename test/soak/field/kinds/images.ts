import { type Cluster, roll, startEvents, waiting } from '../cluster.ts';
import type { ContainerSpec, Pod } from '../model.ts';
import { blame, first, type Kind, victim, wlTruth } from '../words.ts';

/** A pull that fails: what the kubelet writes on the pod, in containerd's words. */
const pullFails = (c: Cluster, pod: Pod, image: string, says: string, code = 'Unknown'): void => {
  const name = first(pod).name;
  const field = `spec.containers{${name}}`;
  const err = `rpc error: code = ${code} desc = ${says}`;
  const pulling = c.rng.chance(0.4);
  waiting(
    pod,
    pulling ? 'ErrImagePull' : 'ImagePullBackOff',
    pulling
      ? c.minor >= 31 || c.rng.chance(0.5)
        ? `failed to pull image "${image}": ${err}`.replace(/^failed to pull image "[^"]*": /, '')
        : err
      : c.minor >= 31
        ? `Back-off pulling image "${image}": ErrImagePull: ${err}`
        : `Back-off pulling image "${image}"`,
  );
  startEvents(c, pod, 'scheduled');
  c.podEvent(pod, 'Normal', 'Pulling', `Pulling image "${image}"`, { first: pod.made, last: 1.5, count: 4, field });
  c.podEvent(pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${err}`, {
    first: pod.made,
    last: 1.5,
    count: 4,
    field,
  });
  c.podEvent(pod, 'Warning', 'Failed', 'Error: ErrImagePull', { first: pod.made, last: 1.5, count: 4, field });
  c.podEvent(pod, 'Normal', 'BackOff', `Back-off pulling image "${image}"`, {
    first: pod.made,
    last: 0.3,
    count: 17,
    field,
  });
  c.podEvent(pod, 'Warning', 'Failed', 'Error: ImagePullBackOff', { first: pod.made, last: 0.3, count: 17, field });
};

const imageKind = (
  name: string,
  what: string[],
  cause: string,
  image: (old: string, c: Cluster) => string,
  says: (image: string, c: Cluster) => [string, string?],
): Kind => ({
  name,
  apply: (c) => {
    const v = victim(c);
    const wl = c.workload(v.name);
    const wrong = image((wl.template.containers[0] as ContainerSpec).image, c);
    const pods = roll(c, wl, (spec) => {
      (spec.containers[0] as ContainerSpec).image = wrong;
    });
    for (const pod of pods) {
      const [text, code] = says(wrong, c);
      pullFails(c, pod, wrong, text, code);
    }
    if (c.podsOf(wl).length === pods.length) blame(c, v.name, 'refused');
    return wlTruth(wl, what, cause);
  },
});

const canonical = (image: string) =>
  /^[a-z0-9.-]+\.[a-z]+(:\d+)?\//.test(image)
    ? image
    : image.includes('/')
      ? `docker.io/${image}`
      : `docker.io/library/${image}`;
const host = (image: string) => canonical(image).split('/')[0] as string;
const repo = (image: string) => canonical(image).split('/').slice(1).join('/').split(':')[0] as string;
const tagOf = (image: string) => image.split(':').at(-1) as string;

export const IMAGES: Kind[] = [
  imageKind(
    'image-tag-missing',
    ['image_not_found'],
    'the image tag does not exist',
    (old, c) => `${old.split(':')[0]}:${c.rng.pick(['v99.9.9', 'nonexistent', '2.0.1-rc7', 'latset'])}`,
    (image, c) => [
      c.rng.chance(0.5)
        ? `failed to pull and unpack image "${canonical(image)}": failed to resolve reference "${canonical(image)}": ${canonical(image)}: not found`
        : `failed to pull and unpack image "${canonical(image)}": failed to resolve reference "${canonical(image)}": unexpected status from HEAD request to https://${host(image)}/v2/${repo(image)}/manifests/${tagOf(image)}: 404 Not Found`,
      'NotFound',
    ],
  ),
  imageKind(
    'image-repo-missing',
    ['image_not_found', 'image_pull_unauthorised', 'image_pull_secret_missing'],
    'no such repository, or no right to it',
    (old, c) => `docker.io/acme-${c.rng.word(4)}/${old.split('/').at(-1) as string}`,
    (image) => [
      `failed to pull and unpack image "${canonical(image)}": failed to resolve reference "${canonical(image)}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
    ],
  ),
  imageKind(
    'image-private',
    ['image_pull_unauthorised', 'image_pull_secret_missing'],
    'the registry wants credentials',
    (old) => `registry.example.com/private/${old.split('/').at(-1) as string}`,
    (image, c) => [
      c.rng.chance(0.5)
        ? `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://registry.example.com/token?scope=repository%3A${repo(image).replace('/', '%2F')}%3Apull&service=registry.example.com: 401 Unauthorized`
        : `failed to pull and unpack image "${image}": failed to resolve reference "${image}": unexpected status from HEAD request to https://registry.example.com/v2/${repo(image)}/manifests/${tagOf(image)}: 403 Forbidden`,
    ],
  ),
  imageKind(
    'registry-dns',
    ['image_registry_unknown_host'],
    "the registry's name does not resolve",
    (old) => `registry.internal.invalid/shop/${old.split('/').at(-1) as string}`,
    (image, c) => [
      `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to do request: Head "https://${host(image)}/v2/${repo(image)}/manifests/${tagOf(image)}": dial tcp: lookup ${host(image)}${c.rng.chance(0.5) ? ' on 127.0.0.53:53' : ' on 192.168.10.1:53'}: no such host`,
    ],
  ),
  imageKind(
    'registry-timeout',
    ['image_registry_unreachable'],
    "the registry can't be reached",
    (old) => `10.200.3.9:5000/shop/${old.split('/').at(-1) as string}`,
    (image, c) => [
      `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to do request: Head "https://${host(image)}/v2/${repo(image)}/manifests/${tagOf(image)}": dial tcp 10.200.3.9:5000: ${c.rng.pick(['i/o timeout', 'connect: connection refused'])}`,
    ],
  ),
  imageKind(
    'registry-rate-limit',
    ['image_rate_limited'],
    'rate limited by the registry',
    (old) => `docker.io/${(old.split(':')[0] as string).split('/').slice(-2).join('/')}:1.9.0`,
    (image) => [
      `failed to pull and unpack image "${image}": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/${repo(image)}/manifests/sha256:7d3c: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit`,
    ],
  ),
  imageKind(
    'registry-cert',
    ['image_registry_certificate'],
    "the registry's certificate isn't trusted",
    (old) => `harbor.corp.example/shop/${old.split('/').at(-1) as string}`,
    (image) => [
      `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to do request: Head "https://harbor.corp.example/v2/${repo(image)}/manifests/${tagOf(image)}": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    ],
  ),
  {
    name: 'image-name-invalid',
    apply: (c) => {
      const v = victim(c);
      const wl = c.workload(v.name);
      const wrong = `${(wl.template.containers[0] as ContainerSpec).image}:${c.rng.word(3)}:oops`;
      for (const pod of roll(c, wl, (spec) => {
        (spec.containers[0] as ContainerSpec).image = wrong;
      })) {
        waiting(
          pod,
          'InvalidImageName',
          `Failed to apply default image tag "${wrong}": couldn't parse image name "${wrong}": invalid reference format`,
        );
        startEvents(c, pod, 'scheduled');
        c.podEvent(
          pod,
          'Warning',
          'InspectFailed',
          `Failed to apply default image tag "${wrong}": couldn't parse image name "${wrong}": invalid reference format`,
          { first: pod.made, last: 0.2, count: 40 },
        );
        c.podEvent(pod, 'Warning', 'Failed', 'Error: InvalidImageName', { first: pod.made, last: 0.2, count: 40 });
      }
      return wlTruth(wl, ['image_name_invalid'], 'the image name is malformed');
    },
  },
  {
    name: 'image-pull-never',
    apply: (c) => {
      const v = victim(c);
      const wl = c.workload(v.name);
      for (const pod of roll(c, wl, (spec) => {
        const one = spec.containers[0] as ContainerSpec;
        one.imagePullPolicy = 'Never';
        one.image = `${one.image.split(':')[0]}:v2-local`;
      })) {
        waiting(
          pod,
          'ErrImageNeverPull',
          `Container image "${first(pod).image}" is not present with pull policy of Never`,
        );
        startEvents(c, pod, 'scheduled');
        c.podEvent(
          pod,
          'Warning',
          'ErrImageNeverPull',
          `Container image "${first(pod).image}" is not present with pull policy of Never`,
          { first: pod.made, last: 0.2, count: 33 },
        );
        c.podEvent(pod, 'Warning', 'Failed', 'Error: ErrImageNeverPull', { first: pod.made, last: 0.2, count: 33 });
      }
      return wlTruth(wl, ['image_never_pulled'], 'imagePullPolicy Never, image not on the node');
    },
  },
  {
    name: 'pull-secret-missing',
    apply: (c) => {
      const v = victim(c);
      const wl = c.workload(v.name);
      const wrong = `registry.example.com/team/${v.name}:2.1.0`;
      for (const pod of roll(c, wl, (spec) => {
        (spec.containers[0] as ContainerSpec).image = wrong;
        spec.imagePullSecrets = [{ name: 'regcred' }];
      })) {
        pullFails(
          c,
          pod,
          wrong,
          `failed to pull and unpack image "${wrong}": failed to resolve reference "${wrong}": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://registry.example.com/token: 401 Unauthorized`,
        );
        c.podEvent(
          pod,
          'Warning',
          'FailedToRetrieveImagePullSecret',
          'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
          { first: pod.made, last: 0.3, count: 14 },
        );
      }
      return wlTruth(
        wl,
        ['image_pull_secret_missing', 'image_pull_unauthorised'],
        'imagePullSecrets names a Secret that does not exist',
      );
    },
  },
];
