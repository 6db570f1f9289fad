import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, deployment, furnish, type Served, serveCluster } from '../serve.ts';

let served: Served;
beforeAll(async () => {
  served = await serveCluster();
  furnish(served);
});
afterAll(() => served.stop());

const OBJECTS: Record<string, object> = {
  '/apis/apps/v1/namespaces/shop/deployments': deployment('payment-api'),
  '/apis/apps/v1/namespaces/shop/statefulsets': { ...deployment('db'), kind: 'StatefulSet' },
  '/apis/batch/v1/namespaces/shop/jobs': {
    metadata: { name: 'j' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] } } },
  },
  '/api/v1/namespaces/shop/pods': {
    metadata: { name: 'p' },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [] },
    spec: {
      initContainers: [{ name: 'i', image: 'b' }],
      containers: [{ name: 'a', image: 'b', env: [{ name: 'A' }], ports: [{ containerPort: 1 }] }],
      tolerations: [{ key: 'x' }],
    },
  },
  '/api/v1/namespaces/shop/services': { metadata: { name: 's' }, spec: { selector: { a: 'b' }, ports: [{ port: 1 }] } },
  '/api/v1/namespaces/shop/secrets': { metadata: { name: 's' }, stringData: { a: 'b' } },
  '/api/v1/namespaces/shop/resourcequotas': { metadata: { name: 'q' }, spec: { hard: { pods: '50' } } },
  '/api/v1/namespaces/shop/events': {
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod', name: 'p' },
    reason: 'R',
    message: 'm',
    type: 'Normal',
  },
  '/api/v1/nodes': {
    metadata: { name: 'node-1' },
    spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] },
    status: { conditions: [{ type: 'Ready', status: 'True' }], allocatable: { cpu: '4' }, addresses: [] },
  },
  '/apis/policy/v1/namespaces/shop/poddisruptionbudgets': {
    metadata: { name: 'b' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'x' } } },
  },
  '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers': {
    metadata: { name: 'h' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'payment-api' },
      maxReplicas: 3,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ],
    },
  },
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions': {
    metadata: { name: 'gadgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'gadgets', kind: 'Gadget' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  },
};

type Place = { parent: Record<string, unknown>; key: string };
function places(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push({ parent: value as Record<string, unknown>, key });
    places((value as Record<string, unknown>)[key], found);
  }
  return found;
}

const junk = fc.oneof(
  fc.constantFrom(null, '', 'x', -1, 0, 1.5, 1e12, true, [], {}, [null], [{}], { $patch: 'delete' }, '__proto__'),
  fc.jsonValue(),
);
/** One of the objects, with up to three of its places filled with something else. */
const broken = fc.constantFrom(...Object.keys(OBJECTS)).chain((path) =>
  fc.array(fc.tuple(fc.nat(), junk), { minLength: 1, maxLength: 3 }).map((changes) => {
    const object = structuredClone(OBJECTS[path]) as Record<string, unknown>;
    for (const [at, value] of changes) {
      const all = places(object);
      const place = all[at % all.length];
      if (place !== undefined) place.parent[place.key] = structuredClone(value);
    }
    return { path, object };
  }),
);

describe('the API server, given anything', () => {
  it('takes no __proto__', async () => {
    const body = '{"metadata":{"name":"p","labels":{"__proto__":"x"}},"data":{}}';
    expect((await ask(served, 'POST', '/api/v1/namespaces/shop/configmaps', body)).code).toBe(400);
  });

  it('never fails by its own fault, and its controllers survive what it accepts', { timeout: 60_000 }, async () => {
    const kinds = fc.constantFrom('create', 'merge', 'strategic', 'apply', 'put', 'status');
    await fc.assert(
      fc.asyncProperty(broken, kinds, async ({ path, object }, kind) => {
        const { name } = (OBJECTS[path] as { metadata: { name: string } }).metadata;
        const one = `${path}/${name}`;
        const reply =
          kind === 'create'
            ? await ask(served, 'POST', path, object)
            : kind === 'put'
              ? await ask(served, 'PUT', one, object)
              : kind === 'status'
                ? await ask(served, 'PATCH', `${one}/status`, { status: object.spec, ...object }, 'merge')
                : await ask(
                    served,
                    'PATCH',
                    `${one}?fieldManager=fuzz&force=true`,
                    kind === 'apply' ? { apiVersion: 'v1', ...object } : object,
                    kind,
                  );
        expect(reply.body, JSON.stringify({ kind, path, object })).not.toMatchObject({ reason: 'InternalError' });
        try {
          served.run(3);
        } catch (error) {
          throw new Error(`a controller failed after ${kind} ${path} ${JSON.stringify(object)}`, { cause: error });
        }
      }),
      { numRuns: 300 },
    );
  });
});
