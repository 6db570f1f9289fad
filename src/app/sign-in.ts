import type { SignIn } from '../adapters/outgoing/http-client.ts';
import type { Environment } from './environment.ts';

/** How the settings say that a server is signed in to: `PROMETHEUS_TOKEN`, `_TENANT`, `_HEADERS`, `_CA`, `_CERT`, `_KEY`; of Loki and of Alertmanager's API the same. */
export function signInOf(env: Environment, server: 'PROMETHEUS' | 'LOKI' | 'ALERTMANAGER_API'): SignIn {
  return {
    token: env[`${server}_TOKEN`],
    tokenFile: env[`${server}_TOKEN_FILE`],
    tenant: env[`${server}_TENANT`],
    headers: env[`${server}_HEADERS`],
    ca: env[`${server}_CA`],
    cert: env[`${server}_CERT`],
    key: env[`${server}_KEY`],
  };
}
