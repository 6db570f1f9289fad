import { at } from '../cluster-port.ts';
import { type Spec, templateFault } from './template-fault.ts';

const WRONG_PORT = 9090;

function wrongProbe(kind: string, title: string, what: string, field: 'readinessProbe' | 'livenessProbe', probe: Spec) {
  return templateFault({
    kind,
    title,
    description: `The new version's ${what}.`,
    cause: (service) => `change: in deployment ${service} the ${what}`,
    spoil(container) {
      container[field] = probe;
    },
    isSpoilt: (container) =>
      at(container, field, 'httpGet', 'port') === WRONG_PORT || at(container, field, 'httpGet', 'scheme') === 'HTTPS',
  });
}

export const readinessPort = wrongProbe(
  'readiness-wrong-port',
  'Readiness probe of another port',
  'readiness probe asks a port on which nothing listens',
  'readinessProbe',
  { httpGet: { path: '/ready', port: WRONG_PORT }, periodSeconds: 2 },
);

export const livenessPort = wrongProbe(
  'liveness-wrong-port',
  'Liveness probe that kills',
  'liveness probe asks a port on which nothing listens, and kills what is well',
  'livenessProbe',
  { httpGet: { path: '/live', port: WRONG_PORT }, initialDelaySeconds: 5, periodSeconds: 5, failureThreshold: 3 },
);

export const readinessScheme = wrongProbe(
  'readiness-wrong-scheme',
  'Readiness probe that speaks TLS',
  'readiness probe asks by HTTPS what speaks HTTP',
  'readinessProbe',
  { httpGet: { path: '/ready', port: 8080, scheme: 'HTTPS' }, periodSeconds: 2 },
);
