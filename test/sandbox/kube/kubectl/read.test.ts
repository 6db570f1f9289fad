import { afterAll, beforeAll, describe, it } from 'vitest';
import { furnish, type Served, serveCluster } from '../serve.ts';
import { hasKubectl, type Kubectl, kubectlOn, type Line, runScript } from './kubectl.ts';

let served: Served;
let kubectl: Kubectl;
beforeAll(async () => {
  served = await serveCluster({
    observe: () => ({ kind: 'running', ready: true }),
    logs: (_, previous) => (previous ? ['the end'] : ['one', 'two', 'three']),
    usage: () => ({ cpuCores: 0.25, memoryBytes: 96 * 1024 * 1024 }),
  });
  furnish(served);
  kubectl = kubectlOn(served);
});
afterAll(() => served.stop());

const script = (lines: readonly Line[]) => () => runScript(kubectl, lines);

describe.skipIf(!hasKubectl)('kubectl reads', { timeout: 120_000 }, () => {
  it(
    'the server and what it serves',
    script([
      ['version', [/Server Version: v1\.32/]],
      ['get --raw /healthz', /^ok/],
      ['get --raw /readyz', /^ok/],
      ['get --raw /version', /"minor":"32"/],
      ['api-versions', [/^apps\/v1$/m, /^policy\/v1$/m, /^autoscaling\/v2$/m, /^v1$/m]],
      ['api-resources', [/deployments +deploy +apps\/v1 +true +Deployment/, /nodes +no +v1 +false +Node/]],
      ['api-resources --namespaced=false -o name', [/^nodes$/m, /^namespaces$/m]],
      ['explain deployment.spec.strategy', [/KIND: +Deployment/, /rollingUpdate/]],
      ['explain pod.spec.containers', /image/],
      ['auth can-i create pods --subresource=eviction', /^yes/],
      ['auth can-i delete deployments', /^yes/],
      ['cluster-info', /Kubernetes control plane.* is running at/],
    ]),
  );

  it(
    'tables',
    script([
      [
        'get all',
        [
          /pod\/payment-api-\S+ +1\/1 +Running +0 +\d+s/,
          /deployment\.apps\/payment-api +3\/3 +3 +3/,
          /replicaset\.apps\/payment-api-\S+ +3 +3 +3/,
        ],
      ],
      ['get deploy', /NAME +READY +UP-TO-DATE +AVAILABLE +AGE\npayment-api +3\/3 +3 +3/],
      ['get deploy -o wide', /CONTAINERS +IMAGES +SELECTOR\n.* app +shop\/payment-api:1\.0\.0 +app=payment-api/],
      ['get rs', /NAME +DESIRED +CURRENT +READY +AGE\npayment-api-\w+ +3 +3 +3/],
      ['get pods', /NAME +READY +STATUS +RESTARTS +AGE\n(payment-api-\S+ +1\/1 +Running +0 +\d+s\s+){3}/],
      ['get pods -o wide', /IP +NODE +NOMINATED NODE +READINESS GATES\n.* 10\.244\.\d+\.\d+ +node-\d +<none> +<none>/],
      ['get nodes', /NAME +STATUS +ROLES +AGE +VERSION\nnode-1 +Ready +<none> +\S+ +v1\.32\.0/],
      ['get nodes -o wide', /INTERNAL-IP/],
      ['get ns', /shop +Active/],
      ['get events', /LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n/],
      ['get events --field-selector reason=Scheduled', /Scheduled +pod\/payment-api/],
      ['get ev -A', /NAMESPACE +LAST SEEN/],
      ['events', /ScalingReplicaSet/],
      ['events --for deployment/payment-api', /Scaled up replica set payment-api-\w+ from 0 to 3/],
      ['get deploy,rs', [/deployment\.apps/, /replicaset\.apps/]],
      ['get pods --show-labels', /app=payment-api,pod-template-hash=\w+/],
      ['get pods -L app', /AGE +APP\n/],
      ['get pods --sort-by=.metadata.name', /payment-api/],
      ['get pods --no-headers', /^payment-api/],
      ['get leases -n kube-node-lease', /node-1 +node-1/],
      ['get pdb', /No resources found in shop namespace/],
      ['get pods -A', /NAMESPACE +NAME/],
    ]),
  );

  it(
    'selections and other outputs',
    script([
      ['get pods -l app=payment-api -o name', /^(pod\/payment-api-\S+\s+){3}$/],
      ["get pods -l 'app in (nobody)'", /No resources found/],
      ['get pods -l app!=payment-api', /No resources found/],
      ['get pods --field-selector=status.phase=Running -o name', /pod\//],
      ['get pods --field-selector=status.phase!=Running', /No resources found/],
      ['get pods --chunk-size=1 -o name', /^(pod\/payment-api-\S+\s+){3}$/],
      ['get deploy payment-api -o yaml', [/^kind: Deployment$/m, /^ {2}generation: 1$/m, /replicas: 3/]],
      ['get deploy payment-api -o json', /"kind": "Deployment"/],
      ["get deploy payment-api -o jsonpath='{.spec.template.spec.containers[0].image}'", /^shop\/payment-api:1\.0\.0$/],
      ['get deploy payment-api -o custom-columns=N:.metadata.name,R:.spec.replicas', /N +R\npayment-api +3/],
      ["get deploy -o go-template='{{len .items}}'", /^1$/],
      ['get deploy/payment-api --show-managed-fields -o yaml', /kind: Deployment/],
      ['get --raw /apis/apps/v1/namespaces/shop/deployments/payment-api/scale', /"replicas":3/],
      ['!get deploy ghost', /Error from server \(NotFound\): deployments\.apps "ghost" not found/],
      ['get deploy ghost --ignore-not-found', /^$/],
      ['!get gadgets', /the server doesn't have a resource type "gadgets"/],
      ['!get pods --field-selector=spec.color=red', /field label not supported: spec\.color/],
      ['!get --raw /apis/networking.k8s.io/v1/ingressclasses', /doesn't implement ingressclasses/],
    ]),
  );

  it(
    'descriptions',
    script([
      [
        'describe deploy payment-api',
        [
          /Replicas: +3 desired \| 3 updated \| 3 total \| 3 available/,
          /StrategyType: +RollingUpdate/,
          /NewReplicaSet: +payment-api-\w+ \(3\/3 replicas created\)/,
          /Progressing +True +NewReplicaSetAvailable/,
        ],
      ],
      ['describe rs', [/Controlled By: +Deployment\/payment-api/, /Pods Status: +3 Running/]],
      [
        'describe pods',
        [
          /Status: +Running/,
          /Controlled By: +ReplicaSet/,
          /State: +Running/,
          /QoS Class: +Burstable/,
          /Tolerations: +node\.kubernetes\.io\/not-ready:NoExecute/,
        ],
      ],
      [
        'describe node node-1',
        [/Taints: +<none>/, /Non-terminated Pods:/, /Allocated resources:/, /HolderIdentity: +node-1/],
      ],
      ['describe ns shop', /Status: +Active/],
      ['!describe pod ghost', /not found/],
    ]),
  );

  it(
    'logs and usage',
    script([
      ['logs deploy/payment-api', /one\ntwo\nthree\n/],
      ['logs deploy/payment-api --tail=1', /^three\n/],
      ['logs -l app=payment-api --prefix --tail=1', /\[pod\/payment-api-\S+\/app\] three/],
      ['!logs deploy/payment-api -p', /previous terminated container "app" in pod .* not found/],
      ['!logs deploy/payment-api -c web', /container web is not valid/],
      ['!logs ghost', /pods "ghost" not found/],
      ['top pods', /payment-api-\S+ +250m +96Mi/],
      ['top nodes', /node-1 +\d+m +\d+% +\d+Mi/],
      ['top pods --sum', /750m +288Mi/],
    ]),
  );

  it(
    'as it happens',
    script([
      ['get pods -w --request-timeout=1s', /payment-api/],
      ['wait --for=condition=Available deploy/payment-api --timeout=5s', /condition met/],
      ['wait --for=condition=Ready pod -l app=payment-api --timeout=5s', /(\S+ condition met\n){3}/],
      ["wait --for=jsonpath='{.status.readyReplicas}'=3 deploy/payment-api --timeout=5s", /condition met/],
      ['!wait --for=condition=Available deploy/ghost --timeout=1s', /not found/],
      ['!wait --for=delete deploy/payment-api --timeout=1s', /timed out/],
      ['rollout status deploy/payment-api', /successfully rolled out/],
    ]),
  );
});
