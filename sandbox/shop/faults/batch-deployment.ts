import type { KubeObject } from '../../kube/objects.ts';
import { NAMESPACE } from '../services.ts';

/** A low-priority workload of one pod, kept on one node. */
export function batchDeployment(name: string, node: string): KubeObject {
  const labels = { app: name, 'app.kubernetes.io/part-of': 'reporting' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: 'shop-low',
          nodeSelector: { 'kubernetes.io/hostname': node },
          containers: [
            {
              name: 'app',
              image: `reporting/${name}:1.0.0`,
              resources: { requests: { cpu: '100m', memory: '128Mi' } },
            },
          ],
        },
      },
    },
  };
}
