import { isRecord, readPath } from '../../domain/object-path.ts';
import type { CustomKind, CustomObject } from '../../ports/custom-objects.ts';
import { POLICY, type ResourceDefault } from './default-resources.ts';
import type { Scope } from './scope.ts';

const mutating = (version: string): CustomKind => ({
  group: 'policies.kyverno.io',
  version,
  plural: 'mutatingpolicies',
  kind: 'MutatingPolicy',
});

/** Keeps Kyverno from making rules for Deployments and the like out of one for pods, which would change their templates. */
export const ONLY_PODS = { 'pod-policies.kyverno.io/autogen-controllers': 'none' };

/** Newest first: Kyverno 1.17 has v1, 1.16 v1beta1, 1.15 v1alpha1; before, and beside these, there are ClusterPolicies. */
export const POLICY_KINDS: CustomKind[] = [
  mutating('v1'),
  mutating('v1beta1'),
  mutating('v1alpha1'),
  { group: 'kyverno.io', version: 'v1', plural: 'clusterpolicies', kind: 'ClusterPolicy' },
];

/** The policy as its kind writes it. It holds for pods as they are made: templates, and pods that run, stay as they are. Without Kyverno, pods are made as if there were none. */
export function policyBody(kind: CustomKind, defaults: ResourceDefault[], scope: Scope): Record<string, unknown> {
  return kind.kind === 'MutatingPolicy' ? mutatingPolicy(defaults, scope) : clusterPolicy(defaults, scope);
}

function mutatingPolicy(defaults: ResourceDefault[], { all, namespaces }: Scope): Record<string, unknown> {
  const operator = all ? 'NotIn' : 'In';
  const expression = { key: 'kubernetes.io/metadata.name', operator, values: namespaces };
  return {
    spec: {
      failurePolicy: 'Ignore',
      autogen: { podControllers: { controllers: [] } },
      matchConstraints: {
        ...(namespaces.length === 0 ? {} : { namespaceSelector: { matchExpressions: [expression] } }),
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
      mutations: defaults.flatMap(({ resource, limit, request }) => {
        const fits = `(${lacks('requests', resource)} || quantity(c.resources.requests['${resource}']).compareTo(quantity('${limit}')) <= 0)`;
        return [
          mutation(`${lacks('limits', resource)} && ${fits}`, 'limits', resource, limit),
          mutation(lacks('requests', resource), 'requests', resource, request),
        ];
      }),
    },
  };
}

/** CEL: that a container says nothing of it. */
const lacks = (part: string, resource: string): string =>
  `!(has(c.resources) && has(c.resources.${part}) && '${resource}' in c.resources.${part})`;

function mutation(condition: string, part: string, resource: string, quantity: string): Record<string, unknown> {
  const given = `Object.spec.containers{name: c.name, resources: Object.spec.containers.resources{${part}: {'${resource}': '${quantity}'}}}`;
  const expression = `Object{spec: Object.spec{containers: object.spec.containers.filter(c, ${condition}).map(c, ${given})}}`;
  return { patchType: 'ApplyConfiguration', applyConfiguration: { expression } };
}

function clusterPolicy(defaults: ResourceDefault[], { all, namespaces }: Scope): Record<string, unknown> {
  const pods = { kinds: ['Pod'], operations: ['CREATE'] };
  const rule = {
    name: POLICY,
    match: { any: [{ resources: all ? pods : { ...pods, namespaces } }] },
    ...(all && namespaces.length > 0 ? { exclude: { any: [{ resources: { namespaces } }] } } : {}),
    mutate: {
      foreach: defaults.map(({ resource, limit, request }) => ({
        list: 'request.object.spec.containers',
        preconditions: {
          all: [
            { key: `{{ element.resources.requests.${resource} || '0' }}`, operator: 'LessThanOrEquals', value: limit },
          ],
        },
        patchStrategicMerge: {
          spec: {
            containers: [
              {
                '(name)': '{{ element.name }}',
                resources: {
                  limits: { [`+(${resource})`]: limit },
                  requests: { [`+(${resource})`]: request },
                },
              },
            ],
          },
        },
      })),
    },
  };
  return {
    spec: { background: false, failurePolicy: 'Ignore', rules: [rule] },
  };
}

/** Whether Kyverno has taken it in. Its words where it says that it hasn't. */
export function readiness({ object }: CustomObject): { ready: boolean; message: string } {
  const status = readPath(object, ['status']);
  const newer = readPath(status, ['conditionStatus']);
  const listed = readPath(newer ?? status, ['conditions']);
  const conditions = Array.isArray(listed) ? listed.filter(isRecord) : [];
  const ready = isRecord(newer)
    ? newer.ready === true
    : conditions.some(({ type, status: holds }) => type === 'Ready' && holds === 'True');
  const told = conditions.find(({ status: holds }) => holds === 'False')?.message ?? readPath(newer, ['message']);
  return {
    ready,
    message: typeof told === 'string' && told !== '' ? told.slice(0, 200) : 'Kyverno has not taken it in',
  };
}
