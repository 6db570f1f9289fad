import { afterEach, beforeEach, describe, it } from 'vitest';
import { deployment, furnish, type Served, serveCluster } from '../serve.ts';
import { hasKubectl, type Kubectl, kubectlOn, type Line, runScript } from './kubectl.ts';

let served: Served;
let kubectl: Kubectl;
beforeEach(async () => {
  served = await serveCluster({
    observe: (pod) => {
      const image = pod.spec.containers[0]?.image ?? '';
      if (image.startsWith('missing/')) return { kind: 'image_pull_failed', message: 'manifest unknown' };
      if (image.startsWith('broken/')) return { kind: 'exited', reason: 'Error', exitCode: 1 };
      return { kind: 'running', ready: true };
    },
    logs: () => [],
  });
  furnish(served);
  kubectl = kubectlOn(served);
  served.keepRunning(40);
});
afterEach(() => served.stop());

const script = (lines: readonly Line[]) => () => runScript(kubectl, lines);
const STATUS: Line = ['rollout status deploy/payment-api', /successfully rolled out/];

describe.skipIf(!hasKubectl)('kubectl rollout', { timeout: 120_000 }, () => {
  it(
    'rolls on, back, and to a revision, and renumbers what comes back',
    script([
      ['set image deploy/payment-api app=shop/payment-api:2', /image updated/],
      ['rollout status deploy/payment-api', /new replicas have been updated|successfully rolled out/],
      ['annotate deploy payment-api kubernetes.io/change-cause=two', /annotated/],
      ['set image deploy/payment-api app=shop/payment-api:3', /image updated/],
      STATUS,
      ['rollout history deploy/payment-api', [/^1 +<none>$/m, /^2 +two$/m, /^3 +/m]],
      ['rollout history deploy/payment-api --revision=2', [/Image:\s+shop\/payment-api:2/, /pod-template-hash=/]],
      ['rollout undo deploy/payment-api --dry-run=server', /rolled back \(server dry run\)/],
      ['rollout undo deploy/payment-api', /rolled back/],
      STATUS,
      ['get deploy payment-api -o wide', /shop\/payment-api:2/],
      ['rollout history deploy/payment-api', [/^1 /m, /^3 /m, /^4 /m]],
      ['rollout undo deploy/payment-api --to-revision=1', /rolled back/],
      STATUS,
      ['get deploy payment-api -o wide', /shop\/payment-api:1\.0\.0/],
      ['!rollout undo deploy/payment-api --to-revision=99', /unable to find specified revision 99 in history/],
      [
        'rollout undo deploy/payment-api --to-revision=5',
        /skipped rollback \(current template already matches revision 5\)/,
      ],
      ['!rollout history deploy/ghost', /not found/],
    ]),
  );

  it('refuses to undo what has no history or is paused', async () => {
    served.cluster.apply(deployment('fresh'));
    await runScript(kubectl, [
      ['rollout status deploy/fresh', /successfully rolled out/],
      ['!rollout undo deploy/fresh', /no rollout history found for deployment "fresh"/],
      ['rollout pause deploy/fresh', /paused/],
      ['!rollout pause deploy/fresh', /is already paused/],
      ['!rollout restart deploy/fresh', /can't restart paused deployment/],
      ['set image deploy/fresh app=shop/fresh:2', /image updated/],
      ['get rs -l app=fresh --no-headers', /^fresh-\w+ +3 +3 +3 +\S+\s*$/],
      ['rollout resume deploy/fresh', /resumed/],
      ['!rollout resume deploy/fresh', /is not paused/],
      ['rollout status deploy/fresh', /successfully rolled out/],
      ['get rs -l app=fresh --no-headers', /^(fresh-\w+ +\d.*\n){2}$/],
    ]);
  });

  it('goes back to the very same ReplicaSet, however its amounts were written', async () => {
    const app = { name: 'app', image: 'shop/exact:1', resources: { limits: { cpu: '1000m', memory: '1024Mi' } } };
    const template = { metadata: { labels: { app: 'exact' } }, spec: { containers: [app] } };
    served.cluster.apply(deployment('exact', { template, selector: { matchLabels: { app: 'exact' } } }));
    await runScript(kubectl, [
      ['rollout status deploy/exact', /successfully rolled out/],
      ['set image deploy/exact app=shop/exact:2', /image updated/],
      ['rollout status deploy/exact', /successfully rolled out/],
      ['rollout undo deploy/exact', /rolled back/],
      ['rollout status deploy/exact', /successfully rolled out/],
      ['get rs -l app=exact --no-headers', /^(exact-\w+ +\d.*\n){2}$/],
    ]);
  });

  it(
    'restarts, scales, and waits',
    script([
      ['rollout restart deploy/payment-api', /restarted/],
      STATUS,
      [
        "get deploy payment-api -o jsonpath='{.spec.template.metadata.annotations}'",
        /kubectl\.kubernetes\.io\/restartedAt/,
      ],
      ['scale deploy/payment-api --replicas=5', /scaled/],
      ["wait --for=jsonpath='{.status.readyReplicas}'=5 deploy/payment-api --timeout=20s", /condition met/],
      ['scale deploy/payment-api --current-replicas=5 --replicas=4', /scaled/],
      ['!scale deploy/payment-api --current-replicas=9 --replicas=1', /Expected replicas to be 9, was 4/],
      ['!scale deploy/payment-api --replicas=-1', /must be at least 0|Invalid|must be greater than or equal to 0/],
      ['scale deploy/payment-api --replicas=0', /scaled/],
      ['wait --for=delete pod -l app=payment-api --timeout=20s', /condition met|^$/],
      ['get deploy', /payment-api +0\/0/],
      ['!scale deploy/ghost --replicas=1', /not found/],
      ['set resources deploy/payment-api -c app --limits=memory=256Mi', /resource requirements updated/],
      [
        '!set resources deploy/payment-api -c app --limits=memory=16Mi',
        /must be less than or equal to memory limit of 16Mi/,
      ],
      ['set env deploy/payment-api LEVEL=debug', /env updated/],
      ['set env deploy/payment-api --list', /LEVEL=debug/],
    ]),
  );

  it(
    'tells of images that cannot be pulled',
    script([
      ['patch deploy payment-api -p \'{"spec":{"progressDeadlineSeconds":60}}\'', /patched/],
      ['set image deploy/payment-api app=missing/payment-api:2', /image updated/],
      ['!rollout status deploy/payment-api', /exceeded its progress deadline/],
      ['get pods', /0\/1 +(ErrImagePull|ImagePullBackOff) +0/],
      ['get deploy', /payment-api +3\/3 +1 +3/],
      ['describe deploy payment-api', /Progressing +False +ProgressDeadlineExceeded/],
      ['events --types=Warning', /Failed to pull image "missing\/payment-api:2": manifest unknown/],
      ['rollout undo deploy/payment-api', /rolled back/],
      STATUS,
    ]),
  );

  it(
    'shows a crash loop as such',
    script([
      ['set image deploy/payment-api app=broken/payment-api:3', /image updated/],
      ['!rollout status deploy/payment-api --timeout=4s', /timed out waiting/],
      ['get pods', /0\/1 +(CrashLoopBackOff|Error) +[1-9]\d* \(\S+ ago\)/],
      ['describe pods', [/Last State: +Terminated/, /Exit Code: +1/, /Back-off restarting failed container/]],
    ]),
  );
});
