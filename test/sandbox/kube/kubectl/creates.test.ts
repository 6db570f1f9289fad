import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { furnish, type Served, serveCluster } from '../serve.ts';
import { hasKubectl, type Kubectl, kubectlOn } from './kubectl.ts';

/** kubectl sends what it creates by itself as protobuf, and says what it meant as JSON with --dry-run=client: the server must have understood just that. */

const CREATES = [
  'create deployment web --image=nginx --replicas=0 --port=80',
  'create deployment two --image=nginx --image=busybox --replicas=2',
  'create configmap words --from-literal=a=b --from-literal=empty=',
  'create secret generic secret --from-literal=a=b --type=shop/thing',
  'create namespace fresh',
  'create serviceaccount robot',
  'create service clusterip plain --tcp=80:8080 --tcp=443:https',
  'create service nodeport open --tcp=80 --node-port=30080',
  'create service externalname away --external-name=example.com',
  'create quota budget --hard=pods=100,cpu=2,memory=4Gi',
  'create pdb half --selector=app=web --min-available=50%',
  'create pdb one --selector=app=web --max-unavailable=1',
  'create priorityclass none --value=0 --description=least',
  'create priorityclass last --value=-5 --global-default=false --preemption-policy=Never',
  'create job greeting --image=busybox -- echo hello',
];

let served: Served;
let kubectl: Kubectl;
beforeAll(async () => {
  served = await serveCluster({ observe: () => ({ kind: 'running', ready: true }), logs: () => [] });
  furnish(served);
  kubectl = kubectlOn(served);
});
afterAll(() => served.stop());

describe.skipIf(!hasKubectl)('what kubectl creates', () => {
  it.each(CREATES)('%s', async (command) => {
    const [own, ...rest] = command.split(' -- ');
    const line = (flags: string) => [`${own} ${flags} -o json`, ...rest].join(' -- ');
    const meant = await kubectl(line('--dry-run=client'));
    expect(meant.code, meant.text).toBe(0);
    const made = await kubectl(line(''));
    expect(made.code, made.text).toBe(0);
    expect(JSON.parse(made.text)).toMatchObject(said(JSON.parse(meant.text)) as object);
  });

  it('is refused with what to do instead when it holds a kind that is not read, never by halves', async () => {
    const { code, text } = await kubectl('create rolebinding mine --clusterrole=view --user=me');
    expect(code).not.toBe(0);
    expect(text).toMatch(/doesn't implement|does not implement|reads protobuf only/);
  });
});

/** Without what says nothing: nulls, empty objects, and the status. */
function said(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(said);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => key !== 'status')
    .map(([key, one]) => [key, said(one)] as const)
    .filter(([, one]) => !(one === null || (typeof one === 'object' && Object.keys(one as object).length === 0)));
  return Object.fromEntries(entries);
}
