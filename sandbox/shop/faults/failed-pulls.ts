import { textAt } from '../cluster-port.ts';
import { type Spec, tagOf, templateFault } from './template-fault.ts';

/** Pulls that fail, each with what containerd says at the end of its message. */
function failedPull(kind: string, title: string, registry: string, why: (image: string) => string) {
  const prefix = `${registry}/shop/`;
  return templateFault({
    kind,
    title,
    description: `Rolls out an image of ${registry}, which cannot be pulled.`,
    cause: (service) => `change: the image of deployment ${service} is on ${registry}, which cannot be pulled from`,
    spoil(container: Spec, _spec, service) {
      container.image = `${prefix}${service.name}:${tagOf(container)}`;
    },
    isSpoilt: (container) => textAt(container, 'image').startsWith(prefix),
    effect: (image) => ({ imagePull: `failed to pull and unpack image "${image}": ${why(image)}` }),
  });
}

const resolving = (image: string): string => `failed to resolve reference "${image}"`;
const headOf = (image: string): string => {
  const [host = '', ...path] = image.split('/');
  const [name = '', tag = 'latest'] = path.join('/').split(':');
  return `failed to do request: Head "https://${host}/v2/${name}/manifests/${tag}"`;
};

export const imageUnauthorized = failedPull(
  'image-unauthorized',
  'Image that may not be pulled',
  'private.example',
  (image) =>
    `${resolving(image)}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
);

export const registryUnknown = failedPull(
  'registry-unknown',
  'Registry that nobody knows',
  'regsitry.example',
  (image) => `${resolving(image)}: ${headOf(image)}: dial tcp: lookup regsitry.example on 10.0.0.2:53: no such host`,
);

export const pullRateLimit = failedPull(
  'pull-rate-limit',
  'Registry that limits pulls',
  'hub.example',
  (image) =>
    `${resolving(image)}: unexpected status from HEAD request: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit`,
);
