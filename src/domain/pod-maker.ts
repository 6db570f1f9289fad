import { deploymentOf } from './pod-names.ts';

type Owner = { kind: string; name: string };

/** What is looked at, and changed, as a workload; whatever else makes pods is a person's to change. */
const OURS = ['Deployment', 'StatefulSet', 'DaemonSet'];
/** Their pods come and go: whose trouble it is they say themselves. */
const NO_SERVICES = ['Job', 'Node'];

/** Makes pods that go on running, and is none of the workloads that are looked at here: a bare ReplicaSet, an Argo Rollout, OpenKruise's CloneSet, whatever an operator brings. */
export const isOtherMaker = ({ kind }: Pick<Owner, 'kind'>): boolean =>
  !OURS.includes(kind) && !NO_SERVICES.includes(kind);

/** Whether such a pod counts to the service of that name; a ReplicaSet of somebody else's is called after that one. */
export const makesFor = (owner: Owner | null, service: string): boolean =>
  owner !== null &&
  !NO_SERVICES.includes(owner.kind) &&
  (owner.name === service || (owner.kind === 'ReplicaSet' && deploymentOf(owner.name) === service));

/** Who makes the pods, and how a person changes, takes back and scales it. Null: it is one of those that are changed here. */
export function podMaker({
  kind,
  namespace,
  name,
}: Owner & { namespace: string }): { name: string; how: string } | null {
  if (OURS.includes(kind)) return null;
  const target = `${kind.toLowerCase()}/${name} -n ${namespace}`;
  const said = (whose: string, how: string) => ({ name: `${kind} ${name} (${whose})`, how });
  switch (kind) {
    case 'CloneSet':
      return said(
        'OpenKruise',
        `\`kubectl kruise rollout undo ${target}\` takes its last change back, \`kubectl scale ${target} --replicas N\` scales it.`,
      );
    case 'Rollout':
      return said(
        'Argo Rollouts',
        `\`kubectl argo rollouts undo ${name} -n ${namespace}\` takes its last change back, \`kubectl argo rollouts abort ${name} -n ${namespace}\` ends an update.`,
      );
    case 'ReplicaSet':
    case 'ReplicationController':
      return said(
        'nothing keeps it',
        `\`kubectl edit ${target}\` changes its template; pods that are there keep the old one until they are deleted.`,
      );
    case 'Job':
      return said(
        'its template is fixed',
        `Put right what it needs; else \`kubectl get job ${name} -n ${namespace} -o yaml\`, delete it, and make it anew with what is changed.`,
      );
    case 'CronJob':
      return said(
        'it makes its Jobs',
        `\`kubectl edit ${target}\` changes the next run, \`kubectl create job ${name}-by-hand --from=${kind.toLowerCase()}/${name} -n ${namespace}\` runs it now.`,
      );
    case 'Pod':
      return said(
        'nothing makes it anew',
        `\`kubectl get pod ${name} -n ${namespace} -o yaml\`, put it right, and \`kubectl replace --force -f FILE\`.`,
      );
    default:
      return said(
        'its controller makes the pods',
        `\`kubectl edit ${target}\` changes it; where it can be scaled, \`kubectl scale ${target} --replicas N\` does.`,
      );
  }
}
