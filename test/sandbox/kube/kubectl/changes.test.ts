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
const web = (replicas: number, image = 'shop/web:1', more = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: app, image: '${image}'}
${more}`;
const CONFIG = (value: string): string =>
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"shop"},"data":{"level":"${value}"}}`;

describe.skipIf(!hasKubectl)('kubectl changes things', { timeout: 120_000 }, () => {
  it(
    'by apply, from either side',
    script([
      ['apply -f -', /deployment\.apps\/web created/, web(2)],
      ['apply -f -', /deployment\.apps\/web unchanged/, web(2)],
      ['diff -f -', /^$/, web(2)],
      ['!diff -f -', [/-\s+replicas: 2/, /\+\s+replicas: 3/], web(3)],
      ['apply -f - --dry-run=server', /configured \(server dry run\)/, web(3)],
      ['apply -f -', /configured/, web(3)],
      ['apply -f -', /configured/, web(3, 'shop/web:2', '      - {name: sidecar, image: shop/proxy:1}')],
      ["get deploy web -o jsonpath='{.spec.template.spec.containers[*].name}'", /^app sidecar$/],
      ['apply -f -', /configured/, web(3, 'shop/web:2')],
      ["get deploy web -o jsonpath='{.spec.template.spec.containers[*].name}'", /^app$/],
      ['apply view-last-applied deploy/web', /image: shop\/web:2/],
      ['rollout status deploy/web', /successfully rolled out/],
      [
        '!apply -f -',
        /is invalid: spec\.selector: Invalid value: .*field is immutable/,
        web(3).replaceAll('app: web', 'app: other'),
      ],
      ['!apply -f -', /strict decoding error: unknown field "spec\.bogus"/, `${web(3)}\n  bogus: 1`],
      ['apply -f - --validate=warn', /Warning: unknown field "spec\.bogus"/, `${web(3)}\n  bogus: 1`],
      ['!apply -f -', /json: cannot unmarshal string/, web(3).replace('replicas: 3', 'replicas: many')],
      ['delete -f -', /deployment\.apps "web" deleted/, web(3)],
    ]),
  );

  it(
    'by server-side apply, with its conflicts',
    script([
      ['apply --server-side -f -', /serverside-applied/, web(2)],
      ['apply --server-side -f -', /serverside-applied/, web(2)],
      ['apply --server-side --field-manager=robot -f -', /serverside-applied/, web(2)],
      [
        '!apply --server-side --field-manager=robot -f -',
        [/Apply failed with 1 conflict: conflict with "kubectl": \.spec\.replicas/, /--force-conflicts/],
        web(5),
      ],
      ['apply --server-side --field-manager=robot --force-conflicts -f -', /serverside-applied/, web(5)],
      ['scale deploy/web --replicas=4', /scaled/],
      [
        '!apply --server-side --field-manager=robot -f -',
        /conflict with "kubectl".*subresource|conflict with "kubectl/,
        web(5),
      ],
      ['get deploy web -o yaml --show-managed-fields', [/manager: robot/, /operation: Apply/, /subresource: scale/]],
      ['apply --server-side --dry-run=server -f -', /serverside-applied \(server dry run\)/, web(4)],
    ]),
  );

  it(
    'by patch of each kind, label and annotation',
    script([
      ['patch deploy payment-api -p \'{"spec":{"replicas":2}}\'', /patched/],
      ['patch deploy payment-api -p \'{"spec":{"replicas":2}}\'', /patched \(no change\)/],
      ['patch deploy payment-api --type=merge -p \'{"spec":{"paused":true}}\'', /patched/],
      ['patch deploy payment-api --type=merge -p \'{"spec":{"paused":null}}\'', /patched/],
      [
        'patch deploy payment-api --type=json -p \'[{"op":"test","path":"/spec/replicas","value":2},{"op":"replace","path":"/spec/replicas","value":3}]\'',
        /patched/,
      ],
      [
        '!patch deploy payment-api --type=json -p \'[{"op":"test","path":"/spec/replicas","value":9}]\'',
        /the server rejected our request due to an error in our request/,
      ],
      [
        '!patch deploy payment-api -p \'{"spec":{"replicas":-1}}\'',
        /spec\.replicas: Invalid value: -1: must be greater than or equal to 0/,
      ],
      [
        '!patch deploy payment-api -p \'{"spec":{"template":{"spec":{"containers":[{"name":"nobody","resources":{}}]}}}}\'',
        /containers\[0\]\.image: Required value/,
      ],
      ['patch deploy payment-api --subresource=scale --type=merge -p \'{"spec":{"replicas":4}}\'', /patched/],
      ['patch deploy payment-api --dry-run=server -p \'{"spec":{"replicas":9}}\'', /patched/],
      ["get deploy payment-api -o jsonpath='{.spec.replicas}'", /^4$/],
      ['label deploy payment-api tier=gold', /labeled/],
      ['!label deploy payment-api tier=silver', /already has a value/],
      ['label deploy payment-api tier=silver --overwrite', /labeled/],
      ["!label deploy payment-api 'tier=not ok!'", /Invalid|invalid/],
      ['label deploy payment-api tier-', /unlabeled/],
      ['annotate deploy payment-api note=hi', /annotated/],
      ['annotate deploy payment-api note-', /annotated/],
      ['!patch deploy ghost -p {}', /not found/],
    ]),
  );

  it(
    'by create, replace, edit and delete',
    script([
      ['create -f -', /configmap\/settings created/, CONFIG('info')],
      ['!create -f -', /configmaps "settings" already exists/, CONFIG('info')],
      ['get cm', /NAME +DATA +AGE\nsettings +1/],
      ['replace -f -', /configmap\/settings replaced/, CONFIG('debug')],
      ['!replace -f -', /not found/, CONFIG('debug').replace('settings', 'others')],
      ["get cm settings -o jsonpath='{.data.level}'", /^debug$/],
      ['describe cm settings', /level:\n----\ndebug/],
      ['delete cm settings', /configmap "settings" deleted/],
      ['!delete cm settings', /configmaps "settings" not found/],
      ['delete cm settings --ignore-not-found', /^$/],
      [
        'apply -f -',
        /secret\/token created/,
        '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"token"},"stringData":{"a":"b"}}',
      ],
      ["get secret token -o jsonpath='{.data.a}'", /^Yg==$/],
      ['describe secret token', [/Type: +Opaque/, /a: +1 bytes/]],
      ['apply -f -', /namespace\/temp created/, '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"temp"}}'],
      [
        'apply -n temp -f -',
        /configmap\/c created/,
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{}}',
      ],
      ['delete ns temp', /namespace "temp" deleted/],
      ['!get ns temp', /not found/],
      [
        '!apply -n temp -f -',
        /namespaces "temp" not found/,
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{}}',
      ],
      ['run once --image=shop/once:1 --restart=Never', /pod\/once created/],
      ['delete pod once --now', /pod "once" (force )?deleted/],
      ['run twice --image=shop/once:1', /created/],
      ['delete pod twice --force', /force deleted/],
      ['expose deploy payment-api --port=80 --target-port=8080', /service\/payment-api exposed/],
      ['get svc', /payment-api +ClusterIP +10\.96\.\d+\.\d+ +<none> +80\/TCP/],
      ["wait --for=jsonpath='{.subsets[0].addresses[0].ip}' ep/payment-api --timeout=10s", /condition met/],
      ['get ep,endpointslices', [/endpoints\/payment-api +10\.244\.\d+\.\d+:8080/, /IPv4 +8080/]],
      ['describe svc payment-api', [/TargetPort: +8080\/TCP/, /Endpoints: +10\.244\./]],
      ['delete pods -l app=payment-api --wait=false', /(pod "payment-api-\S+" deleted\s+){3}/],
      ['rollout status deploy/payment-api', /successfully rolled out/],
      ['delete deploy payment-api', /deployment\.apps "payment-api" deleted/],
      ['wait --for=delete pod -l app=payment-api --timeout=20s', /condition met|^$/],
      ['get all -l app=payment-api', /No resources found|service/],
      ['create ns typed', /namespace\/typed created/],
    ]),
  );
});
