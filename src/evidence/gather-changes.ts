import { claimNames, configReferences, templateLabels } from '../domain/pod-template.ts';
import type { IncidentContext, TemplateReferences } from '../extension-points/incident-context.ts';
import type { Revision, Workload } from '../ports/cluster-objects.ts';
import { answerOr } from './answer-or.ts';
import type { EvidenceDeps } from './deps.ts';

const LOOK_BACK_MS = 90 * 60_000;
const MAX_CONFIGS = 40;

type Changes = Required<
  Pick<IncidentContext, 'references' | 'configs' | 'scaling' | 'quotas' | 'networkPolicies' | 'certificates'>
>;

/** What changed or stands in the way around the subject and its callees: configuration, autoscalers, quotas, network policies, certificates. */
export async function gatherChanges(
  deps: EvidenceDeps,
  incidentContext: IncidentContext,
  callees: string[],
  missing: string[],
): Promise<Changes> {
  const { cluster } = deps;
  const { namespace, service } = incidentContext.subject;
  const [references, scaling, quotas, networkPolicies, certificates] = await Promise.all([
    gatherReferences(deps, incidentContext, new Set([service, ...callees])),
    cluster.scaling(namespace, incidentContext.at - LOOK_BACK_MS),
    cluster.quotas(namespace),
    cluster.networkPolicies(namespace),
    cluster.certificates(namespace),
  ]);
  return {
    references,
    configs: await gatherConfigs(deps, namespace, references, missing),
    scaling: answerOr(scaling, [], 'autoscalers', missing),
    quotas: answerOr(quotas, [], 'quotas', missing),
    networkPolicies: answerOr(networkPolicies, [], 'network policies', missing),
    certificates: answerOr(certificates, [], 'certificates', missing),
  };
}

/** The right to look at Secrets is often withheld where that at ConfigMaps is not: each kind fails alone. */
async function gatherConfigs(
  deps: EvidenceDeps,
  namespace: string,
  references: TemplateReferences[],
  missing: string[],
) {
  const named = new Map(references.flatMap(({ configs }) => configs).map((one) => [`${one.kind}/${one.name}`, one]));
  const all = [...named.values()].slice(0, MAX_CONFIGS);
  const [maps, secrets] = await Promise.all(
    (['ConfigMap', 'Secret'] as const).map((kind) =>
      deps.cluster.configs(
        namespace,
        all.filter((one) => one.kind === kind),
      ),
    ),
  );
  return [...answerOr(maps!, [], 'config maps', missing), ...answerOr(secrets!, [], 'secrets', missing)];
}

async function gatherReferences(
  deps: EvidenceDeps,
  { workloads, revisions }: IncidentContext,
  names: Set<string>,
): Promise<TemplateReferences[]> {
  const some = workloads.filter(({ name }) => names.has(name));
  return Promise.all(
    some.map(async (workload) => {
      const template = presentTemplate(workload, await revisionsOf(deps, workload, revisions));
      return {
        workload: { kind: workload.kind, namespace: workload.namespace, name: workload.name },
        labels: { ...workload.selector, ...templateLabels(template) },
        configs: configReferences(template),
        claims: claimNames(template),
      };
    }),
  );
}

async function revisionsOf(
  deps: EvidenceDeps,
  workload: Workload,
  known: IncidentContext['revisions'],
): Promise<Revision[]> {
  const own = known[workload.name];
  if (own) return own;
  const answer = await deps.cluster.revisions(workload);
  return answer.ok ? answer.value : [];
}

function presentTemplate(workload: Workload, revisions: Revision[]): Record<string, unknown> {
  const present = revisions.find(({ revision }) => revision === workload.revision) ?? revisions[0];
  return present?.template ?? {};
}
