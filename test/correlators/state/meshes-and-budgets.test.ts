import { describe, expect, it } from 'vitest';
import { Boutique, verdict } from './boutique.ts';

/** Pods with the mesh's sidecar. */
function inMesh(boutique: Boutique, ...names: string[]) {
  for (const name of names)
    for (const pod of boutique.podsOf(name))
      pod.spec = { ...pod.spec, containers: [...pod.spec.containers, { name: 'istio-proxy', image: 'istio/proxyv2' }] };
}
const DENIED = 'rpc error: code = PermissionDenied desc = RBAC: access denied';
const RESET = 'read tcp 10.244.1.7:4431->10.96.1.9:7070: read: connection reset by peer calling cart:7070';

describe('a mesh between caller and callee', () => {
  it('convicts the policy that holds for who is called, not the caller', () => {
    const boutique = new Boutique();
    boutique.add('AuthorizationPolicy', 'boutique', 'only-admins', {
      spec: { selector: { matchLabels: { app: 'cart' } }, rules: [{}] },
    });
    boutique.log('frontend', [`could not call cart:7070: ${DENIED}`]);
    expect(verdict(boutique)).toBe('mesh_policy_denies AuthorizationPolicy/only-admins');
  });

  it('is not sure where no policy is to be seen', () => {
    const boutique = new Boutique();
    boutique.log('frontend', [`could not call cart:7070: ${DENIED}`]);
    expect(verdict(boutique)).toBe('mesh_policy_denies Deployment/cart ?');
  });

  it('convicts the caller without a sidecar where mutual TLS is demanded', () => {
    const boutique = new Boutique();
    inMesh(boutique, 'cart');
    boutique.add('PeerAuthentication', 'boutique', 'default', { spec: { mtls: { mode: 'STRICT' } } });
    boutique.change('frontend', () => {});
    boutique.log('frontend', [RESET]);
    inMesh(boutique, 'checkout');
    expect(verdict(boutique)).toBe('sidecar_missing Deployment/frontend');
  });

  it('convicts a DestinationRule that has callers speak plainly', () => {
    const boutique = new Boutique();
    inMesh(boutique, 'cart', 'frontend', 'checkout');
    boutique.add('PeerAuthentication', 'boutique', 'default', { spec: { mtls: { mode: 'STRICT' } } });
    boutique.add('DestinationRule', 'boutique', 'cart-plain', {
      spec: { host: 'cart', trafficPolicy: { tls: { mode: 'DISABLE' } } },
    });
    boutique.log('frontend', [RESET]);
    expect(verdict(boutique)).toBe('mesh_tls_conflict DestinationRule/cart-plain');
  });
});

describe('a budget that lets no pod go', () => {
  const withBudget = (healthy: number) => {
    const boutique = new Boutique();
    boutique.get('Node', 'worker-1').spec.unschedulable = true;
    boutique.add('PodDisruptionBudget', 'boutique', 'cart', {
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'cart' } } },
      status: { currentHealthy: healthy, desiredHealthy: 1, disruptionsAllowed: 0, expectedPods: 1 },
    });
    return boutique;
  };

  it('is named while a drain waits for its pods', () => {
    expect(verdict(withBudget(1))).toBe('budget_blocks PodDisruptionBudget/cart');
  });

  it('is not to blame where its pods are unwell', () => {
    expect(verdict(withBudget(0))).toBe('nothing');
  });
});

describe('what watches', () => {
  it('hurts nobody while it is away', () => {
    const boutique = new Boutique();
    boutique.log('frontend', Array(9).fill('failed to export spans to otel-collector:4317: connection refused'));
    expect(verdict(boutique)).toBe('nothing');
  });
});
