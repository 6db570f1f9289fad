import { afterEach, beforeEach, describe, it } from 'vitest';
import { furnish, type Served, serveCluster } from '../serve.ts';
import { hasKubectl, type Kubectl, kubectlOn, type Line, runScript } from './kubectl.ts';

let served: Served;
let kubectl: Kubectl;
beforeEach(async () => {
  served = await serveCluster();
  furnish(served);
  kubectl = kubectlOn(served);
  served.keepRunning(40);
});
afterEach(() => served.stop());

const script = (lines: readonly Line[]) => () => runScript(kubectl, lines);
const BUDGET = `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec: {minAvailable: 3, selector: {matchLabels: {app: payment-api}}}
`;

describe.skipIf(!hasKubectl)('kubectl on nodes', { timeout: 120_000 }, () => {
  it(
    'cordons, drains and uncordons',
    script([
      ['cordon node-1', /node\/node-1 cordoned/],
      ['cordon node-1', /already cordoned/],
      ['get nodes', /node-1 +Ready,SchedulingDisabled/],
      ['describe node node-1', [/Taints: +node\.kubernetes\.io\/unschedulable:NoSchedule/, /Unschedulable: +true/]],
      ['drain node-1 --dry-run=server', /evicted \(server dry run\)|drained \(server dry run\)/],
      ['drain node-1', [/evicting pod shop\/payment-api/, /node\/node-1 drained/]],
      ['get pods --field-selector=spec.nodeName=node-1', /No resources found/],
      ['rollout status deploy/payment-api', /successfully rolled out/],
      ['uncordon node-1', /uncordoned/],
      ['get node node-1', /node-1 +Ready +<none>/],
      ['!drain node-9', /nodes? "node-9" not found/],
      ['!cordon node-9', /not found/],
    ]),
  );

  it(
    'drains only as a budget allows',
    script([
      ['apply -f -', /poddisruptionbudget\.policy\/web created/, BUDGET],
      ["wait --for=jsonpath='{.status.currentHealthy}'=3 pdb/web --timeout=10s", /condition met/],
      ['get pdb', /NAME +MIN AVAILABLE +MAX UNAVAILABLE +ALLOWED DISRUPTIONS +AGE\nweb +3 +N\/A +0/],
      ['!drain node-1 --timeout=3s', /Cannot evict pod as it would violate the pod's disruption budget/],
      ['patch pdb web --type=merge -p \'{"spec":{"minAvailable":2}}\'', /patched/],
      ['drain node-1 --timeout=20s', /drained/],
      ['describe pdb web', [/Min available: +2/, /Current: +\d/, /Desired: +2/]],
    ]),
  );

  it(
    'refuses to drain pods that nobody would bring back',
    script([
      ['run lonely --image=shop/lonely:1', /pod\/lonely created/],
      ['wait --for=condition=Ready pod/lonely --timeout=20s', /condition met/],
      [
        '!drain node-1 node-2 node-3 --timeout=5s',
        /cannot delete cannot delete Pods that declare no controller|cannot delete Pods that declare no controller/,
      ],
      [
        'drain node-1 node-2 node-3 --force --timeout=20s',
        [/Warning: deleting Pods that declare no controller/, /node-3 drained/],
      ],
      ['get pods', /0\/1 +Pending/],
      ['describe pods', /FailedScheduling .*0\/3 nodes are available: 3 node\(s\) were unschedulable/],
      ['uncordon node-1 node-2 node-3', /node-3 uncordoned/],
    ]),
  );

  it(
    'taints and untaints',
    script([
      ['taint nodes node-2 dedicated=db:NoSchedule', /tainted/],
      ['!taint nodes node-2 dedicated=web:NoSchedule', /already has dedicated taint/],
      ['taint nodes node-2 dedicated=web:NoSchedule --overwrite', /modified/],
      ['describe node node-2', /Taints: +dedicated=web:NoSchedule/],
      ['taint nodes node-2 dedicated-', /untainted/],
      ['!taint nodes node-2 dedicated-', /not found/],
      ['taint nodes node-3 gone=yes:NoExecute', /tainted/],
      ['wait --for=delete pod --field-selector=spec.nodeName=node-3 --timeout=20s', /condition met|^$/],
      ['get pods --field-selector=spec.nodeName=node-3', /No resources found/],
      ['taint nodes node-3 gone-', /untainted/],
      ['label node node-1 pool=web', /labeled/],
      ['get nodes -l pool=web -o name', /^node\/node-1\s*$/],
      ['label node node-1 pool-', /unlabeled/],
      ['annotate node node-1 note=hi', /annotated/],
    ]),
  );
});
