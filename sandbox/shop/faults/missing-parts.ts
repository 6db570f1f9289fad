import { listAt, textAt } from '../cluster-port.ts';
import { templateFault } from './template-fault.ts';

const CONFIG = 'feature-flags';
const SECRET = 'payment-provider';
const FILES = 'routing-table';

export const missingConfigMap = templateFault({
  kind: 'missing-config-map',
  title: 'Config map that is not there',
  description: 'The new version takes its environment from a config map that nobody has made.',
  cause: (service) =>
    `change: deployment ${service} takes its environment from config map ${CONFIG}, which isn't there`,
  spoil(container) {
    container.envFrom = [...listAt(container, 'envFrom'), { configMapRef: { name: CONFIG } }];
  },
  isSpoilt: (container) => listAt(container, 'envFrom').some((one) => textAt(one, 'configMapRef', 'name') === CONFIG),
});

export const missingSecret = templateFault({
  kind: 'missing-secret',
  title: 'Secret that is not there',
  description: 'The new version takes a password from a secret that nobody has made.',
  cause: (service) => `change: deployment ${service} takes a variable from secret ${SECRET}, which isn't there`,
  spoil(container) {
    const valueFrom = { secretKeyRef: { name: SECRET, key: 'token' } };
    container.env = [...listAt(container, 'env'), { name: 'PROVIDER_TOKEN', valueFrom }];
  },
  isSpoilt: (container) =>
    listAt(container, 'env').some((one) => textAt(one, 'valueFrom', 'secretKeyRef', 'name') === SECRET),
});

export const failedMount = templateFault({
  kind: 'failed-mount',
  title: 'Volume that cannot be mounted',
  description: 'The new version mounts a config map that nobody has made: its containers are never created.',
  cause: (service) => `change: deployment ${service} mounts config map ${FILES}, which isn't there`,
  spoil(container, spec) {
    spec.volumes = [...listAt(spec, 'volumes'), { name: FILES, configMap: { name: FILES } }];
    container.volumeMounts = [...listAt(container, 'volumeMounts'), { name: FILES, mountPath: '/etc/routes' }];
  },
  isSpoilt: (_, spec) => listAt(spec, 'volumes').some((one) => textAt(one, 'configMap', 'name') === FILES),
});
