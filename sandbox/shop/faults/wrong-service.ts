import { at, textAt } from '../cluster-port.ts';
import { NAMESPACE, SERVICES } from '../services.ts';
import { type Culprit, defineFault, type FaultKind } from './kind.ts';

type Shape = {
  kind: string;
  title: string;
  description: string;
  cause: string;
  spoilt: { selector?: Record<string, string>; targetPort?: number };
};

/** A Service that sends its requests nowhere, while every pod behind it is well. */
function wrongService({ spoilt, ...shape }: Shape): FaultKind {
  const culprit = (name: string): Culprit => ({ kind: 'Service', namespace: NAMESPACE, name });
  const isSpoilt = (service: unknown): boolean =>
    spoilt.selector
      ? textAt(service, 'spec', 'selector', 'app') === spoilt.selector.app
      : at(service, 'spec', 'ports', 0, 'targetPort') === spoilt.targetPort;
  return defineFault<{ good: string }>({
    ...shape,
    services: SERVICES.filter((s) => s.pool === 'general' && !s.consumer && s.name !== 'storefront').map((s) => s.name),
    start(service, _severity, world) {
      const good = JSON.stringify(at(world.cluster.get('services', NAMESPACE, service.name), 'spec') ?? {});
      world.cluster.mutate('services', NAMESPACE, service.name, (object) => {
        const [port] = (object.spec?.ports ?? []) as Record<string, unknown>[];
        object.spec = {
          ...object.spec,
          ...(spoilt.selector
            ? { selector: spoilt.selector }
            : { ports: [{ ...port, targetPort: spoilt.targetPort }] }),
        };
      });
      const truth = {
        cause: `change: ${shape.cause} of service ${NAMESPACE}/${service.name}`,
        culprit: culprit(service.name),
        remedies: ['notify_oncall'],
        harmful: ['restart_deployment', 'rollback_deployment', 'scale_horizontal', 'drain_and_cordon'],
      };
      return { data: { good }, truth };
    },
    cured: (fault, world) => !isSpoilt(world.cluster.get('services', NAMESPACE, fault.service)),
    undo(fault, world) {
      world.cluster.mutate('services', NAMESPACE, fault.service, (object) => {
        object.spec = JSON.parse(fault.data.good);
      });
    },
  });
}

export const serviceSelector = wrongService({
  kind: 'service-selector',
  title: 'Service that selects nobody',
  description: 'The selector of the service fits no pod: it has no endpoints, and its callers get nothing but errors.',
  cause: 'the selector fits no pod',
  spoilt: { selector: { app: 'nobody' } },
});

export const serviceTargetPort = wrongService({
  kind: 'service-target-port',
  title: 'Service that sends to another port',
  description: 'The target port of the service is one on which nothing listens: connections are refused.',
  cause: 'nothing listens on the target port 9999',
  spoilt: { targetPort: 9999 },
});
