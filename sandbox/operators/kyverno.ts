import type { KubeObject } from '../kube/objects.ts';
import { definition, flag, list, oneOf, open, type Schema, text, texts, tree } from './definition.ts';

const anyAll = (items: Schema): Schema => tree({ any: list(items), all: list(items) });
const filter = tree({
  resources: tree({
    kinds: texts,
    names: texts,
    namespaces: texts,
    operations: texts,
    selector: open,
    namespaceSelector: open,
  }),
  subjects: list(open),
  roles: texts,
  clusterRoles: texts,
});

/** kyverno.io's ClusterPolicy, as far as it changes objects; validate, generate and verifyImages are kept, and do nothing. */
export const CLUSTER_POLICIES: KubeObject = definition({
  group: 'kyverno.io',
  kind: 'ClusterPolicy',
  plural: 'clusterpolicies',
  shortNames: ['cpol'],
  categories: ['kyverno'],
  scope: 'Cluster',
  versions: ['v1'],
  spec: tree({
    admission: flag,
    background: flag,
    failurePolicy: oneOf('Ignore', 'Fail'),
    schemaValidation: flag,
    validationFailureAction: text,
    rules: list(
      tree(
        {
          name: text,
          match: { ...anyAll(filter), 'x-kubernetes-preserve-unknown-fields': true },
          exclude: { ...anyAll(filter), 'x-kubernetes-preserve-unknown-fields': true },
          preconditions: open,
          context: list(open),
          mutate: tree({ patchStrategicMerge: open, patchesJson6902: text, foreach: list(open), targets: list(open) }),
          validate: open,
          generate: open,
          verifyImages: list(open),
        },
        ['name'],
      ),
    ),
  }),
  columns: [
    { name: 'Ready', jsonPath: '.status.conditions[?(@.type == "Ready")].status' },
    { name: 'Age', jsonPath: '.metadata.creationTimestamp', type: 'date' },
  ],
});

const resourceRules = list(
  tree({
    apiGroups: texts,
    apiVersions: texts,
    operations: texts,
    resources: texts,
    resourceNames: texts,
    scope: text,
  }),
);

/** policies.kyverno.io's MutatingPolicy. */
export const MUTATING_POLICIES: KubeObject = definition({
  group: 'policies.kyverno.io',
  kind: 'MutatingPolicy',
  plural: 'mutatingpolicies',
  shortNames: ['mpol'],
  categories: ['kyverno'],
  scope: 'Cluster',
  versions: ['v1'],
  spec: tree({
    failurePolicy: oneOf('Ignore', 'Fail'),
    matchConstraints: tree({
      namespaceSelector: open,
      objectSelector: open,
      resourceRules,
      excludeResourceRules: resourceRules,
      matchPolicy: text,
    }),
    matchConditions: list(tree({ name: text, expression: text }, ['name', 'expression'])),
    variables: list(tree({ name: text, expression: text }, ['name', 'expression'])),
    autogen: open,
    evaluation: open,
    webhookConfiguration: open,
    reinvocationPolicy: text,
    targetMatchConstraints: open,
    mutations: list(
      tree(
        {
          patchType: oneOf('ApplyConfiguration', 'JSONPatch'),
          applyConfiguration: tree({ expression: text }),
          jsonPatch: tree({ expression: text }),
        },
        ['patchType'],
      ),
    ),
  }),
  columns: [
    { name: 'Age', jsonPath: '.metadata.creationTimestamp', type: 'date' },
    { name: 'Ready', jsonPath: '.status.conditionStatus.ready' },
  ],
});
