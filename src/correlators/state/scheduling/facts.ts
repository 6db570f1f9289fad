import { type NodeFit, podAffinity, requiredTerms, resourcesAskedBy } from '../../../domain/snapshot/node-fit.ts';
import { fact, type StateFact } from '../../../domain/snapshot/state-cause.ts';
import { containerPath, type StateWorkload, templatePath } from '../../../domain/snapshot/workload.ts';
import type { Reason } from './reasons.ts';

export function factsOf(workload: StateWorkload, reason: Reason, fits: NodeFit[]): StateFact[] {
  const at = templatePath(workload);
  const { template } = workload;
  const nodes = fits.slice(0, 6);
  const ofNodes = (field: string, value: (fit: NodeFit) => unknown) =>
    nodes.map((fit) => fact({ kind: 'Node', namespace: '', name: fit.node.name }, field, value(fit)));
  switch (reason) {
    case 'selector':
      return [
        fact(workload, `${at}.nodeSelector`, template.nodeSelector),
        ...ofNodes(`metadata.labels[${Object.keys(template.nodeSelector).join()}]`, ({ node }) =>
          Object.keys(template.nodeSelector)
            .map((key) => node.labels[key] ?? 'not there')
            .join(),
        ),
      ];
    case 'affinity':
      return [fact(workload, `${at}.affinity.nodeAffinity`, requiredTerms(template))];
    case 'cordon':
      return ofNodes('spec.unschedulable', () => true);
    case 'taint':
      return [
        ...ofNodes('spec.taints', ({ taint }) => taint),
        fact(
          workload,
          `${at}.tolerations`,
          template.tolerations.filter(({ key }) => !key.startsWith('node.kubernetes.io/')),
        ),
      ];
    case 'anti_affinity':
      return [fact(workload, `${at}.affinity.podAntiAffinity`, podAffinity(template, 'podAntiAffinity'))];
    case 'pod_affinity':
      return [fact(workload, `${at}.affinity.podAffinity`, podAffinity(template, 'podAffinity'))];
    case 'spread':
      return [fact(workload, `${at}.topologySpreadConstraints`, template.topologySpread)];
    case 'cpu':
    case 'memory': {
      const largest = [...template.containers].sort(
        (left, right) => (right.requests[reason] ?? 0) - (left.requests[reason] ?? 0),
      )[0];
      const asks = largest
        ? [
            fact(
              workload,
              containerPath(workload, largest, `resources.requests.${reason}`),
              String(resourcesAskedBy(template)[reason] ?? 0),
            ),
          ]
        : [];
      return [...asks, ...ofNodes(`status.allocatable.${reason}`, ({ node }) => String(node.allocatable[reason] ?? 0))];
    }
    case 'ports':
      return template.containers.flatMap((container) =>
        container.ports
          .filter(({ hostPort }) => hostPort !== null)
          .map(({ hostPort }) => fact(workload, containerPath(workload, container, 'ports.hostPort'), hostPort)),
      );
    default:
      return [];
  }
}
