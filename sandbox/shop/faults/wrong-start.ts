import { listAt, textAt } from '../cluster-port.ts';
import { templateFault } from './template-fault.ts';

const ARGUMENT = '--lsiten=:8080';
const HOST = 'ledger-database';

export const wrongArgument = templateFault({
  kind: 'wrong-argument',
  title: 'Argument that nobody knows',
  description: 'The new version is started with a mistyped argument, and ends at once.',
  cause: (service) => `change: deployment ${service} is started with ${ARGUMENT}, which the program refuses`,
  spoil(container) {
    container.args = [ARGUMENT];
  },
  isSpoilt: (container) => listAt(container, 'args').includes(ARGUMENT),
  effect: () => ({
    exit: { afterMs: 500, exitCode: 2 },
    logs: [`flag provided but not defined: ${ARGUMENT.split('=')[0]}`, 'Usage of /app/server:'],
  }),
});

export const wrongAddress = templateFault({
  kind: 'wrong-address',
  title: 'Address that no service has',
  description: 'The new version looks for its database under a name that no service has, and ends.',
  cause: (service) => `change: deployment ${service} looks for its database at ${HOST}, which no service is called`,
  spoil(container) {
    container.env = [...listAt(container, 'env'), { name: 'DATABASE_HOST', value: HOST }];
  },
  isSpoilt: (container) => listAt(container, 'env').some((one) => textAt(one, 'value') === HOST),
  effect: () => ({
    exit: { afterMs: 4_000, exitCode: 1 },
    logs: [
      `level=fatal msg="cannot connect to database" error="dial tcp: lookup ${HOST} on 10.96.0.10:53: no such host"`,
    ],
  }),
});
