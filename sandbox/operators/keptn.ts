import type { KubeObject } from '../kube/objects.ts';
import { definition, list, mapOfTexts, oneOf, open, text, tree, whole } from './definition.ts';

const duration = { type: 'string', pattern: '^0|([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$', default: '5m' };
const retries = { type: 'integer', default: 10 };
const parameters = tree({ map: mapOfTexts });
const secureParameters = tree({ secret: text });
const runtime = tree({
  functionRef: tree({ name: text }),
  inline: tree({ code: text }),
  httpRef: tree({ url: text }),
  configMapRef: tree({ name: text }),
  parameters,
  secureParameters,
  cmdParameters: text,
});

/** lifecycle.keptn.sh's KeptnTask. */
export const KEPTN_TASKS: KubeObject = definition({
  group: 'lifecycle.keptn.sh',
  kind: 'KeptnTask',
  plural: 'keptntasks',
  scope: 'Namespaced',
  versions: ['v1'],
  spec: tree(
    {
      taskDefinition: text,
      context: tree({
        workloadName: text,
        appName: text,
        appVersion: text,
        workloadVersion: text,
        taskType: text,
        objectType: text,
        metadata: mapOfTexts,
      }),
      parameters,
      secureParameters,
      checkType: oneOf('pre', 'post', 'pre-eval', 'post-eval', 'promotion'),
      retries,
      timeout: duration,
    },
    ['taskDefinition'],
  ),
  columns: [
    { name: 'WorkloadName', jsonPath: '.spec.context.workloadName' },
    { name: 'Job Name', jsonPath: '.status.jobName' },
    { name: 'Status', jsonPath: '.status.status' },
  ],
});

/** lifecycle.keptn.sh's KeptnTaskDefinition. */
export const KEPTN_TASK_DEFINITIONS: KubeObject = definition({
  group: 'lifecycle.keptn.sh',
  kind: 'KeptnTaskDefinition',
  plural: 'keptntaskdefinitions',
  scope: 'Namespaced',
  versions: ['v1'],
  spec: tree({
    python: runtime,
    deno: runtime,
    container: open,
    retries,
    timeout: duration,
    serviceAccount: tree({ name: text }, ['name']),
    automountServiceAccountToken: open,
    ttlSecondsAfterFinished: { ...whole, default: 300 },
    imagePullSecrets: list(tree({ name: text })),
  }),
  columns: [],
});

/** A task that restarts the Deployment that its KeptnTask names; Keptn copies a task's annotations to its pod. */
export const RESTART_DEPLOYMENT: KubeObject = {
  apiVersion: 'lifecycle.keptn.sh/v1',
  kind: 'KeptnTaskDefinition',
  metadata: { name: 'restart-deployment', namespace: 'shop' },
  spec: {
    retries: 2,
    timeout: '5m',
    container: {
      name: 'restart',
      image: 'registry.k8s.io/kubectl:v1.32.0',
      command: ['kubectl', 'rollout', 'restart', 'deployment/$(DEPLOYMENT_NAME)', '-n', '$(NAMESPACE)'],
      env: [
        {
          name: 'DEPLOYMENT_NAME',
          valueFrom: { fieldRef: { fieldPath: "metadata.annotations['nightshift.dev/deployment-name']" } },
        },
        { name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      ],
    },
  },
};
