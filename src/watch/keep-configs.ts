import { configData, writtenAt } from '../domain/config-versions.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { ConfigCopies } from '../ports/config-copies.ts';
import type { CustomObject } from '../ports/custom-objects.ts';

const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' };
const MOST = 500;
const MOST_CHARACTERS = 256 * 1024;
/** Written by programs all the time, and nobody's configuration. */
const NOBODYS = /^(kube-root-ca\.crt|openshift-service-ca\.crt|istio-ca-root-cert)$/;
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

export type KeepingDeps = {
  cluster: Pick<Cluster, 'custom'>;
  configCopies?: ConfigCopies;
  protectedNamespaces: string[];
  log: { info(fields: object, message: string): void };
};

/** Keeps what the ConfigMaps hold now, each version once, for the day on which somebody spoils one. Only where a key for it is set. */
export async function keepConfigs({ cluster, configCopies, protectedNamespaces, log }: KeepingDeps): Promise<void> {
  if (!configCopies) return;
  const listed = await cluster.custom.list(CONFIG_MAPS, null);
  if (!listed.ok) {
    log.info({ why: listed.failure.message }, 'ConfigMaps could not be copied');
    return;
  }
  const wanted = listed.value.filter((one) => isConfiguration(one, protectedNamespaces)).slice(0, MOST);
  for (const { namespace, name, uid, object } of wanted)
    await configCopies.keep(namespace ?? '', name, { uid, changedAt: writtenAt(object), data: configData(object) });
}

function isConfiguration({ namespace, name, annotations, object }: CustomObject, isProtected: string[]): boolean {
  if (namespace === null || isProtected.includes(namespace) || NOBODYS.test(name) || LEADER in annotations)
    return false;
  const values = Object.values(configData(object));
  return values.length > 0 && values.reduce((sum, value) => sum + value.length, 0) <= MOST_CHARACTERS;
}
