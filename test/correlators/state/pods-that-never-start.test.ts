import { describe, expect, it } from 'vitest';
import { Boutique, diagnose, factsOf, verdict } from './boutique.ts';

const IMAGE = 'registry.example.com/boutique/cart:v1.2.0';
const pulled = (message: string, reason = 'ImagePullBackOff') => {
  const shop = new Boutique();
  shop.waits('cart', reason, reason === 'ImagePullBackOff' ? `Back-off pulling image "${IMAGE}"` : message);
  shop.podEvent('cart', 'Failed', message);
  return shop;
};

it('names nothing where all is well', () => {
  const { causes, named } = diagnose(new Boutique());
  expect({ causes: causes.filter(({ strength }) => strength > 0.4), named }).toEqual({ causes: [], named: false });
});

describe('a failed pull', () => {
  const resolve = `Failed to pull image "${IMAGE}": rpc error: code = Unknown desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": `;
  it.each([
    [
      'image_not_found',
      `Failed to pull image "${IMAGE}": rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": ${IMAGE}: not found`,
    ],
    [
      'image_registry_unknown_host',
      `${resolve}failed to do request: Head "https://registry.example.com/v2/boutique/cart/manifests/v1.2.0": dial tcp: lookup registry.example.com on 10.0.0.2:53: no such host`,
    ],
    [
      'image_pull_unauthorised',
      `${resolve}failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://registry.example.com/token: 401 Unauthorized`,
    ],
    [
      'image_rate_limited',
      `${resolve}unexpected status from HEAD request to https://registry-1.docker.io/v2/cart/manifests/v1: 429 Too Many Requests`,
    ],
    [
      'image_registry_unreachable',
      `${resolve}failed to do request: Head "https://registry.example.com/v2/": dial tcp 10.1.1.1:443: i/o timeout`,
    ],
    [
      'image_not_found',
      `${resolve}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
    ],
  ])('is %s by the end of the message', (what, message) => {
    expect(verdict(pulled(message))).toBe(`${what} Deployment/cart`);
  });

  it('is the missing pull secret where the kubelet says so', () => {
    const shop = pulled(`${resolve}failed to authorize: failed to fetch anonymous token: 401 Unauthorized`);
    shop.change('cart', (spec) => {
      spec.imagePullSecrets = [{ name: 'regcred' }];
    });
    expect(verdict(shop)).toBe('image_pull_secret_missing Deployment/cart');
  });

  it('is an invalid name, or an image that is never pulled', () => {
    const invalid = new Boutique();
    invalid.waits(
      'cart',
      'InvalidImageName',
      'Failed to apply default image tag "Cart:v1:": couldn\'t parse image name "Cart:v1:": invalid reference format',
    );
    expect(verdict(invalid)).toBe('image_name_invalid Deployment/cart');
    const never = new Boutique();
    never.waits('cart', 'ErrImageNeverPull', `Container image "${IMAGE}" is not present with pull policy of Never`);
    expect(verdict(never)).toBe('image_never_pulled Deployment/cart');
  });
});

describe('a reference that leads nowhere', () => {
  it('is told by the container that waits', () => {
    const shop = new Boutique();
    shop.change('cart', (spec) =>
      spec.containers[0].env.push({ name: 'A', valueFrom: { secretKeyRef: { name: 'cart-secrets', key: 'a' } } }),
    );
    shop.waits('cart', 'CreateContainerConfigError', 'secret "cart-secrets" not found');
    expect(verdict(shop)).toBe('secret_missing Deployment/cart');
    expect(factsOf(diagnose(shop).causes[0])).toContain('env[A].valueFrom=Secret cart-secrets');
  });

  it('is told by the key that is not in the ConfigMap', () => {
    const shop = new Boutique();
    shop.change('cart', (spec) =>
      spec.containers[0].env.push({ name: 'A', valueFrom: { configMapKeyRef: { name: 'cart-config', key: 'ttl' } } }),
    );
    shop.add('ConfigMap', 'boutique', 'cart-config', { data: { size: '1' } });
    shop.waits('cart', 'CreateContainerConfigError', "couldn't find key ttl in ConfigMap boutique/cart-config");
    expect(verdict(shop)).toBe('config_map_key_missing Deployment/cart');
  });

  it('is told by the volume that cannot be mounted', () => {
    const shop = new Boutique();
    shop.change('cart', (spec) => {
      spec.volumes = [{ name: 'config', configMap: { name: 'cart-files' } }];
    });
    shop.waits('cart', 'ContainerCreating', '');
    shop.podEvent(
      'cart',
      'FailedMount',
      'MountVolume.SetUp failed for volume "config" : configmap "cart-files" not found',
    );
    expect(verdict(shop)).toBe('config_map_missing Deployment/cart');
  });
});

describe('pods that the API server refuses', () => {
  it.each([
    [
      'service_account_missing Deployment/cart',
      'pods "cart-7d9f8b6c5-" is forbidden: error looking up service account boutique/cart-sa: serviceaccount "cart-sa" not found',
    ],
    [
      'quota_exceeded_memory ResourceQuota/team',
      'pods "cart-7d9f8b6c5-abcde" is forbidden: exceeded quota: team, requested: limits.memory=128Mi, used: limits.memory=1Gi, limited: limits.memory=1Gi',
    ],
    [
      'quota_exceeded_pods ResourceQuota/team',
      'pods "cart-7d9f8b6c5-abcde" is forbidden: exceeded quota: team, requested: pods=1, used: pods=6, limited: pods=6',
    ],
    [
      'quota_exceeded_cpu ResourceQuota/team',
      'pods "cart-7d9f8b6c5-abcde" is forbidden: failed quota: team: must specify limits.cpu for: server',
    ],
    [
      'pod_security_violated Deployment/cart',
      'pods "cart-7d9f8b6c5-abcde" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "server" must set securityContext.allowPrivilegeEscalation=false)',
    ],
    [
      'webhook_denied Deployment/cart',
      'admission webhook "validate.kyverno.svc-fail" denied the request: images must be signed',
    ],
    [
      'webhook_unavailable ValidatingWebhookConfiguration/validate.kyverno.svc-fail',
      'Internal error occurred: failed calling webhook "validate.kyverno.svc-fail": failed to call webhook: Post "https://kyverno.kyverno.svc:443/validate": no endpoints available for service "kyverno"',
    ],
    [
      'priority_class_missing Deployment/cart',
      'pods "cart-7d9f8b6c5-" is forbidden: no PriorityClass with name urgent was found',
    ],
  ])('are %s', (expected, message) => {
    const shop = new Boutique();
    shop.refuses('cart', message);
    expect(verdict(shop)).toBe(expected);
  });

  it('are the LimitRange where it came after the template, else the workload', () => {
    const message =
      'pods "cart-7d9f8b6c5-abcde" is forbidden: maximum memory usage per Container is 64Mi, but limit is 128Mi';
    const shop = new Boutique();
    shop.refuses('cart', message);
    shop.add('LimitRange', 'boutique', 'limits', { metadata: { creationTimestamp: '2026-03-02T03:20:00Z' } });
    expect(verdict(shop)).toBe('limit_range_violated LimitRange/limits');
    const own = new Boutique();
    own.refuses('cart', message);
    own.add('LimitRange', 'boutique', 'limits', { metadata: { creationTimestamp: '2025-03-02T03:20:00Z' } });
    expect(verdict(own)).toBe('limit_range_violated Deployment/cart');
  });
});
