import { afterEach, beforeEach, describe, it } from 'vitest';
import { furnish, type Served, serveCluster } from '../serve.ts';
import { hasKubectl, type Kubectl, kubectlOn, type Line, runScript } from './kubectl.ts';

let served: Served;
let kubectl: Kubectl;
beforeEach(async () => {
  served = await serveCluster({
    observe: () => ({ kind: 'running', ready: true }),
    logs: () => [],
    usage: () => ({ cpuCores: 0.2, memoryBytes: 1e8 }),
  });
  furnish(served);
  kubectl = kubectlOn(served);
  served.keepRunning(40);
});
afterEach(() => served.stop());

const script = (lines: readonly Line[]) => () => runScript(kubectl, lines);
const workload = (apiVersion: string, kind: string, name: string, spec: string): string => `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: {name: ${name}, namespace: shop}
spec:
  ${spec}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: app, image: 'shop/${name}:1'}]}
`;
const SCALER = `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: payment-api, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: payment-api}
  minReplicas: 2
  maxReplicas: 5
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 100}}}]
`;
const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: scaledobjects.keda.sh}
spec:
  group: keda.sh
  scope: Namespaced
  names: {plural: scaledobjects, singular: scaledobject, kind: ScaledObject, shortNames: [so]}
  versions:
  - name: v1alpha1
    served: true
    storage: true
    subresources: {status: {}}
    additionalPrinterColumns:
    - {name: Target, type: string, jsonPath: .spec.scaleTargetRef.name}
    - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [scaleTargetRef]
            properties:
              scaleTargetRef: {type: object, properties: {name: {type: string}}}
              maxReplicaCount: {type: integer, minimum: 1, default: 10}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;
const scaled = (spec: string): string =>
  `{"apiVersion":"keda.sh/v1alpha1","kind":"ScaledObject","metadata":{"name":"pay"},"spec":${spec}}`;

const CLAIM = (size: string): string =>
  `{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"${size}"}}}}`;
const STORE = workload(
  'apps/v1',
  'StatefulSet',
  'store',
  `replicas: 2
  selector: {matchLabels: {app: store}}
  volumeClaimTemplates:
  - {metadata: {name: disk}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}}`,
);

describe.skipIf(!hasKubectl)('kubectl on other kinds', { timeout: 120_000 }, () => {
  it(
    'stateful sets',
    script([
      [
        'apply -f -',
        /statefulset\.apps\/db created/,
        workload(
          'apps/v1',
          'StatefulSet',
          'db',
          'replicas: 3\n  serviceName: db\n  selector: {matchLabels: {app: db}}',
        ),
      ],
      ['rollout status sts/db', /roll out complete|rolling update complete/],
      ['get sts', /NAME +READY +AGE\ndb +3\/3/],
      ['get pods -l app=db -o name', /pod\/db-0\npod\/db-1\npod\/db-2/],
      ['set image sts/db app=shop/db:2', /image updated/],
      ['rollout status sts/db', /complete/],
      ['rollout history sts/db', [/^1 /m, /^2 /m]],
      ['rollout undo sts/db', /rolled back/],
      ['rollout status sts/db', /complete/],
      ["get pod db-0 -o jsonpath='{.spec.containers[0].image}'", /^shop\/db:1$/],
      ['rollout restart sts/db', /restarted/],
      ['rollout status sts/db', /complete/],
      ['scale sts/db --replicas=1', /scaled/],
      ['wait --for=delete pod/db-1 --timeout=20s', /condition met|^$/],
      ['describe sts db', [/Replicas: +1 desired/, /Pods Status: +1 Running/]],
      [
        '!patch sts db --type=merge -p \'{"spec":{"serviceName":"other"}}\'',
        /updates to statefulset spec for fields other than/,
      ],
      ['get controllerrevisions', /statefulset\.apps\/db/],
    ]),
  );

  it(
    'volumes',
    script([
      ['get sc', /standard \(default\) +sandbox\/directory +Delete +Immediate +true/],
      ['apply -f -', /persistentvolumeclaim\/data created/, CLAIM('1Gi')],
      ["wait --for=jsonpath='{.status.phase}'=Bound pvc/data --timeout=10s", /condition met/],
      ['get pvc', /data +Bound +pvc-\S+ +1Gi +RWO +standard/],
      ['get pv', /pvc-\S+ +1Gi +RWO +Delete +Bound +shop\/data +standard/],
      ['apply -f -', /configured/, CLAIM('3Gi')],
      ["wait --for=jsonpath='{.status.capacity.storage}'=3Gi pvc/data --timeout=10s", /condition met/],
      ['!apply -f -', /can not be less than/, CLAIM('1Gi')],
      ['describe pvc data', [/Status: +Bound/, /Capacity: +3Gi/]],
      ['apply -f -', /statefulset\.apps\/store created/, STORE],
      ['rollout status sts/store', /complete/],
      ['get pvc disk-store-0 disk-store-1', /disk-store-1 +Bound/],
      ['describe pod store-0', /ClaimName: +disk-store-0/],
      ['delete sts store', /deleted/],
      ['get pvc disk-store-0', /Bound/],
      ['delete pvc data', /deleted/],
    ]),
  );

  it(
    'daemon sets',
    script([
      [
        'apply -f -',
        /daemonset\.apps\/agent created/,
        workload('apps/v1', 'DaemonSet', 'agent', 'selector: {matchLabels: {app: agent}}'),
      ],
      ['rollout status ds/agent', /successfully rolled out/],
      ['get ds', /agent +3 +3 +3 +3 +3 +<none>/],
      ['set image ds/agent app=shop/agent:2', /image updated/],
      ['rollout status ds/agent', /successfully rolled out/],
      ['rollout undo ds/agent', /rolled back/],
      ['rollout history ds/agent', [/^2 /m, /^3 /m]],
      ['!drain node-1 --timeout=3s', /cannot delete DaemonSet-managed Pods/],
      ['drain node-1 --ignore-daemonsets --timeout=20s', /drained/],
      ['describe ds agent', /Desired Number of Nodes Scheduled: +3/],
      ['delete ds agent', /deleted/],
    ]),
  );

  it(
    'jobs',
    script([
      ['create job migrate --image=shop/migrate:1 --dry-run=client -o yaml', /kind: Job/],
      [
        'apply -f -',
        /job\.batch\/migrate created/,
        workload('batch/v1', 'Job', 'migrate', 'completions: 2\n  parallelism: 2').replace(
          'spec: {containers',
          'spec: {restartPolicy: Never, containers',
        ),
      ],
      ['wait --for=condition=complete job/migrate --timeout=20s', /condition met/],
      ['get jobs', /migrate +Complete +2\/2 +\d+s/],
      ['get pods -l job-name=migrate', /0\/1 +Completed +0/],
      ['describe job migrate', [/Completions: +2/, /Pods Statuses: +0 Active .* 2 Succeeded/]],
      [
        '!apply -f -',
        /Unsupported value: "Always": supported values: "OnFailure", "Never"/,
        workload('batch/v1', 'Job', 'bad', 'completions: 1'),
      ],
      ['delete job migrate', /deleted/],
    ]),
  );

  it(
    'autoscalers',
    script([
      ['apply -f -', /horizontalpodautoscaler\.autoscaling\/payment-api created/, SCALER],
      ["wait --for=jsonpath='{.status.desiredReplicas}'=5 hpa/payment-api --timeout=20s", /condition met/],
      ['get hpa', /payment-api +Deployment\/payment-api +cpu: 200%\/100% +2 +5 +\d/],
      [
        'describe hpa payment-api',
        [/resource cpu on pods +\(as a percentage of request\): +200%/, /ScalingLimited +True +TooManyReplicas/],
      ],
      ['get deploy', /payment-api +\d\/5/],
      [
        '!apply -f -',
        /must be greater than or equal to `minReplicas`/,
        SCALER.replace('maxReplicas: 5', 'maxReplicas: 1'),
      ],
      ['!autoscale deploy payment-api --min=1 --max=2', /"payment-api" already exists/],
      ['delete hpa payment-api', /deleted/],
      ['autoscale deploy payment-api --min=2 --max=4 --cpu-percent=150', /payment-api autoscaled/],
      ['get hpa', /payment-api +Deployment\/payment-api +cpu: \S+\/150% +2 +4/],
      [
        'get --raw /apis/autoscaling/v1/namespaces/shop/horizontalpodautoscalers',
        [/"kind":"HorizontalPodAutoscalerList","apiVersion":"autoscaling\/v1"/, /"targetCPUUtilizationPercentage":150/],
      ],
      [
        'get --raw /apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/payment-api',
        /"apiVersion":"autoscaling\/v2".*"averageUtilization":150/,
      ],
      ['api-versions', [/^autoscaling\/v1$/m, /^autoscaling\/v2$/m]],
    ]),
  );

  it(
    'quotas and priority classes',
    script([
      [
        'apply -f -',
        /resourcequota\/tight created/,
        '{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"tight"},"spec":{"hard":{"pods":"3"}}}',
      ],
      ['!run more --image=x', /exceeded quota: tight, requested: pods=1, used: pods=3, limited: pods=3/],
      ["wait --for=jsonpath='{.status.used.pods}'=3 quota/tight --timeout=10s", /condition met/],
      ['get quota', /tight +pods: 3\/3/],
      ['describe ns shop', /pods +3 +3/],
      [
        'apply -f -',
        /priorityclass\.scheduling\.k8s\.io\/high created/,
        '{"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","metadata":{"name":"high"},"value":1000}',
      ],
      ['get pc', /high +1000 +false/],
    ]),
  );

  it(
    'custom resources',
    script([
      ['!apply -f -', /no matches for kind "ScaledObject" in version "keda\.sh\/v1alpha1"/, scaled('{}')],
      ['apply -f -', /customresourcedefinition\.apiextensions\.k8s\.io\/scaledobjects\.keda\.sh created/, DEFINITION],
      ['wait --for=condition=established crd/scaledobjects.keda.sh --timeout=10s', /condition met/],
      [
        'apply -f - --validate=false',
        /scaledobject\.keda\.sh\/pay created/,
        scaled('{"scaleTargetRef":{"name":"payment-api"},"bogus":1}'),
      ],
      ['get so', /NAME +TARGET +READY +AGE\npay +payment-api +\S* +\d+s/],
      ["get so pay -o jsonpath='{.spec}'", /^\{"maxReplicaCount":10,"scaleTargetRef":\{"name":"payment-api"\}\}$/],
      [
        '!apply -f -',
        /spec\.maxReplicaCount: Invalid value: 0: spec\.maxReplicaCount in body should be greater than or equal to 1/,
        scaled('{"scaleTargetRef":{},"maxReplicaCount":0}'),
      ],
      [
        '!apply -f -',
        /spec\.scaleTargetRef: Required value/,
        '{"apiVersion":"keda.sh/v1alpha1","kind":"ScaledObject","metadata":{"name":"x"},"spec":{}}',
      ],
      [
        'patch so pay --subresource=status --type=merge -p \'{"status":{"conditions":[{"type":"Ready","status":"True"}]}}\'',
        /patched/,
      ],
      ['get so pay', /pay +payment-api +True/],
      ['!patch so pay --type=strategic -p \'{"spec":{"maxReplicaCount":3}}\'', /strategic|unknown format/],
      ['patch so pay --type=merge -p \'{"spec":{"maxReplicaCount":3}}\'', /patched/],
      ['apply --server-side --force-conflicts -f -', /serverside-applied/, scaled('{"scaleTargetRef":{"name":"web"}}')],
      ['wait --for=condition=Ready so/pay --timeout=5s', /condition met/],
      ['describe so pay', /Max Replica Count: +3/],
      ['delete so pay', /deleted/],
      ['delete crd scaledobjects.keda.sh', /deleted/],
      ['!get so', /doesn't have a resource type "so"|could not find the requested resource/],
    ]),
  );
});
