import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, deployment, furnish, type Served, serveCluster } from '../serve.ts';

let served: Served;
beforeEach(async () => {
  served = await serveCluster();
  furnish(served);
});
afterEach(() => served.stop());

const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments';
const PAYMENT = `${DEPLOYMENTS}/payment-api`;
const container = (fields: Record<string, unknown>): unknown => ({
  spec: { template: { spec: { containers: [{ name: 'app', ...fields }] } } },
});

describe('creating', () => {
  it('fills in defaults, uid, time and generation, and starts with an empty status', async () => {
    const { code, body } = await ask(served, 'POST', DEPLOYMENTS, { ...deployment('web'), status: { replicas: 9 } });
    expect(code).toBe(201);
    expect(body.metadata).toMatchObject({ generation: 1, uid: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(body.spec).toMatchObject({
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    });
    expect(body.status).toBeUndefined();
  });

  it('refuses a taken name, a namespace that is not there, and a body without a name', async () => {
    expect(await ask(served, 'POST', DEPLOYMENTS, deployment('payment-api'))).toMatchObject({
      code: 409,
      body: { reason: 'AlreadyExists', message: 'deployments.apps "payment-api" already exists' },
    });
    const elsewhere = { ...deployment('web'), metadata: { name: 'web' } };
    expect(await ask(served, 'POST', '/apis/apps/v1/namespaces/moon/deployments', elsewhere)).toMatchObject({
      code: 404,
      body: { reason: 'NotFound', message: 'namespaces "moon" not found' },
    });
    const nameless = { ...deployment('web'), metadata: {} };
    expect(await ask(served, 'POST', DEPLOYMENTS, nameless)).toMatchObject({ code: 422, body: { reason: 'Invalid' } });
  });

  it('makes a name from generateName', async () => {
    const pod = { metadata: { generateName: 'probe-' }, spec: { containers: [{ name: 'app', image: 'x:1' }] } };
    const { body } = await ask(served, 'POST', '/api/v1/namespaces/shop/pods', pod);
    expect(body.metadata.name).toMatch(/^probe-[a-z0-9]{5}$/);
    expect(body.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
  });
});

describe('what is refused as invalid', () => {
  const invalid = async (patch: unknown, field: string, words: string): Promise<void> => {
    const { code, body } = await ask(served, 'PATCH', PAYMENT, patch, 'strategic');
    expect(code).toBe(422);
    expect(body).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      reason: 'Invalid',
      details: { name: 'payment-api', kind: 'Deployment', group: 'apps' },
    });
    expect((body.details as { causes: unknown[] }).causes).toContainEqual(
      expect.objectContaining({ field, message: expect.stringContaining(words) }),
    );
  };

  it('is a negative number of replicas', () =>
    invalid({ spec: { replicas: -1 } }, 'spec.replicas', 'must be greater than or equal to 0'));
  it('is a memory limit under the request', () =>
    invalid(
      container({ resources: { limits: { memory: '32Mi' } } }),
      'spec.template.spec.containers[0].resources.requests',
      'must be less than or equal to memory limit of 32Mi',
    ));
  it('is a patch of a container that is not there', () =>
    invalid(container({ name: 'sidecar' }), 'spec.template.spec.containers[0].image', 'Required value'));
  it('is a malformed quantity', () =>
    invalid(
      container({ resources: { limits: { memory: '12 parsecs' } } }),
      'spec.template.spec.containers[0].resources[memory]',
      'quantities must match',
    ));
  it('is another selector', () =>
    invalid(
      { spec: { selector: { matchLabels: { app: 'other' } }, template: { metadata: { labels: { app: 'other' } } } } },
      'spec.selector',
      'field is immutable',
    ));

  it('is a change of a pod in place, unless it is of the image', async () => {
    const name = served.cluster.list('pods', 'shop')[0]?.metadata.name ?? '';
    const pod = `/api/v1/namespaces/shop/pods/${name}`;
    const spec = (fields: object): unknown => ({ spec: { containers: [{ name: 'app', ...fields }] } });
    const refused = await ask(served, 'PATCH', pod, spec({ resources: { limits: { memory: '1Gi' } } }), 'strategic');
    expect(refused).toMatchObject({ code: 422, body: { reason: 'Invalid' } });
    expect(refused.body.message).toContain('pod updates may not change fields other than');
    expect((await ask(served, 'PATCH', pod, spec({ image: 'shop/payment-api:1.0.1' }), 'strategic')).code).toBe(200);
  });
});

describe('optimistic concurrency', () => {
  it('refuses a write over a newer version, in PUT and in a patch that names its version', async () => {
    const { body: before } = await ask(served, 'GET', PAYMENT);
    await ask(served, 'PATCH', PAYMENT, { metadata: { labels: { tier: 'gold' } } }, 'merge');
    const stale = {
      code: 409,
      body: { reason: 'Conflict', message: expect.stringContaining('the object has been modified') },
    };
    expect(await ask(served, 'PUT', PAYMENT, before)).toMatchObject(stale);
    const { resourceVersion } = before.metadata;
    expect(
      await ask(served, 'PATCH', PAYMENT, { metadata: { resourceVersion }, spec: { replicas: 4 } }, 'merge'),
    ).toMatchObject(stale);
  });

  it('refuses an object of the same name with another uid', async () => {
    const { code, body } = await ask(served, 'PATCH', PAYMENT, { metadata: { uid: 'another' } }, 'merge');
    expect(code).toBe(409);
    expect(body.message).toContain('Precondition failed: UID in precondition: another');
  });

  it('counts generation up for a change of the spec only, and version not at all for no change', async () => {
    const { body: labelled } = await ask(served, 'PATCH', PAYMENT, { metadata: { labels: { tier: 'gold' } } }, 'merge');
    expect(labelled.metadata.generation).toBe(1);
    const memory = container({ resources: { limits: { memory: '256Mi' } } });
    const { body: raised } = await ask(served, 'PATCH', PAYMENT, memory, 'strategic');
    expect(raised.metadata.generation).toBe(2);
    const { body: again } = await ask(served, 'PATCH', PAYMENT, memory, 'strategic');
    expect(again.metadata).toEqual(raised.metadata);
  });
});

describe('dry run', () => {
  it('shows what would be and changes nothing, for create, patch, scale, delete and eviction', async () => {
    const version = served.cluster.get('deployments', 'shop', 'payment-api')?.metadata.resourceVersion;
    const pod = served.cluster.list('pods', 'shop')[0]?.metadata.name ?? '';
    expect((await ask(served, 'POST', `${DEPLOYMENTS}?dryRun=All`, deployment('web'))).body.spec).toMatchObject({
      revisionHistoryLimit: 10,
    });
    expect(
      (await ask(served, 'PATCH', `${PAYMENT}?dryRun=All`, { spec: { replicas: 7 } }, 'merge')).body,
    ).toMatchObject({ spec: { replicas: 7 }, metadata: { generation: 2 } });
    expect(
      (await ask(served, 'PATCH', `${PAYMENT}/scale?dryRun=All`, { spec: { replicas: 7 } }, 'merge')).body.spec,
    ).toEqual({ replicas: 7 });
    expect((await ask(served, 'DELETE', `${PAYMENT}?dryRun=All`)).code).toBe(200);
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod } };
    expect((await ask(served, 'POST', `/api/v1/namespaces/shop/pods/${pod}/eviction?dryRun=All`, eviction)).code).toBe(
      201,
    );
    served.run(10);
    expect(served.cluster.get('deployments', 'shop', 'web')).toBeUndefined();
    expect(served.cluster.get('pods', 'shop', pod)).toBeDefined();
    expect(served.cluster.get('deployments', 'shop', 'payment-api')?.metadata.resourceVersion).toBe(version);
  });

  it('takes no other value than All', async () => {
    expect((await ask(served, 'PATCH', `${PAYMENT}?dryRun=yes`, {}, 'merge')).code).toBe(422);
  });
});

describe('unknown and mistyped fields', () => {
  it('are warned of, refused when strict, and dropped either way', async () => {
    const { code, headers, body } = await ask(served, 'PATCH', PAYMENT, { spec: { replica: 4 } }, 'merge');
    expect(code).toBe(200);
    expect(headers.get('warning')).toBe('299 - "unknown field \\"spec.replica\\""');
    expect(body.spec).not.toHaveProperty('replica');
    const strict = await ask(served, 'PATCH', `${PAYMENT}?fieldValidation=Strict`, { spec: { replica: 4 } }, 'merge');
    expect(strict).toMatchObject({ code: 400, body: { reason: 'BadRequest' } });
  });

  it('are refused when the type is wrong', async () => {
    const { code, body } = await ask(served, 'PATCH', PAYMENT, { spec: { replicas: 'three' } }, 'merge');
    expect(code).toBe(400);
    expect(body.message).toContain('json: cannot unmarshal string into Go struct field .spec.replicas of type int32');
  });

  it('and malformed JSON is 400', async () => {
    expect(await ask(served, 'PATCH', PAYMENT, '{"spec":', 'merge')).toMatchObject({
      code: 400,
      body: { reason: 'BadRequest' },
    });
  });
});

describe('the status subresource', () => {
  it('changes the status and nothing else, and the resource itself changes no status', async () => {
    const both = { spec: { replicas: 9 }, status: { observedGeneration: 77 } };
    const { body } = await ask(served, 'PATCH', `${PAYMENT}/status`, both, 'merge');
    expect(body).toMatchObject({ spec: { replicas: 3 }, status: { observedGeneration: 77 } });
    const { body: main } = await ask(served, 'PATCH', PAYMENT, { status: { observedGeneration: 99 } }, 'merge');
    expect(main.status).toMatchObject({ observedGeneration: 77 });
  });
});
