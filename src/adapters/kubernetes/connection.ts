import { delimiter } from 'node:path';
import {
  AuthorizationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  createConfiguration,
  KubeConfig,
  type RequestContext,
  ServerConfiguration,
  VersionApi,
} from '@kubernetes/client-node';
import { ExponentialBackoff, handleWhen, type RetryPolicy, retry } from 'cockatiel';
import type { ClusterResult } from '../../ports.ts';
import { isTransient, toFailure } from './failures.ts';

export type ConnectionOptions = {
  /** How people call the cluster. */
  name: string;
  /** One file, or several as in `$KUBECONFIG`. Absent, and no `serverUrl`: the service account of the pod that this runs in. */
  kubeconfigPath?: string;
  /** A server without credentials, such as the sandbox's. */
  serverUrl?: string;
  /** For each call, answer included. */
  timeoutMs: number;
  userAgent: string;
};

/**
 * The client library's pieces that are used. apps, policy, autoscaling and KEDA are read through `objects`, which hands back
 * the JSON as it came: the typed clients drop fields that are newer than they are, and a rollback must not lose any.
 */
export type Connection = {
  core: CoreV1Api;
  objects: CustomObjectsApi;
  authorization: AuthorizationV1Api;
  version: VersionApi;
  timeoutMs: number;
  /** Tries again, twice, when the failure may pass. */
  read<T>(call: () => Promise<T>): Promise<ClusterResult<T>>;
  /** Tries once: a change whose answer got lost may have happened. */
  write<T>(call: () => Promise<T>): Promise<ClusterResult<T>>;
};

/** Who owns the fields that are written from here. */
export const FIELD_MANAGER = 'nightshift';

/** Opens nothing yet. Throws when the kubeconfig can't be read: the start should stop there. */
export function openConnection(options: ConnectionOptions): Connection {
  const { timeoutMs, userAgent } = options;
  const kubeConfig = loadConfig(options);
  const server = kubeConfig.getCurrentCluster()?.server;
  if (!server) throw new Error(`The kubeconfig of cluster ${options.name} has no current context with a server`);
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(server, {}),
    authMethods: { default: kubeConfig },
    promiseMiddleware: [
      { pre: async (context) => prepare(context, timeoutMs, userAgent), post: async (context) => context },
    ],
  });
  const policy = retry(handleWhen(isTransient), {
    maxAttempts: 2,
    backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 1_000 }),
  });
  return {
    core: new CoreV1Api(configuration),
    objects: new CustomObjectsApi(configuration),
    authorization: new AuthorizationV1Api(configuration),
    version: new VersionApi(configuration),
    timeoutMs,
    read: (call) => attempt(() => withRetry(policy, call), timeoutMs),
    write: (call) => attempt(call, timeoutMs),
  };
}

/** The library has no timeout per call; the signal also covers reading the body. */
function prepare(context: RequestContext, timeoutMs: number, userAgent: string): RequestContext {
  context.setSignal(AbortSignal.timeout(timeoutMs));
  context.setHeaderParam('User-Agent', userAgent);
  return context;
}

function withRetry<T>(policy: RetryPolicy, call: () => Promise<T>): Promise<T> {
  return policy.execute(() => call());
}

async function attempt<T>(call: () => Promise<T>, timeoutMs: number): Promise<ClusterResult<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    return { ok: false, failure: toFailure(error, timeoutMs) };
  }
}

function loadConfig({ name, serverUrl, kubeconfigPath }: ConnectionOptions): KubeConfig {
  const config = new KubeConfig();
  if (serverUrl) {
    config.loadFromClusterAndUser(
      { name, server: serverUrl.replace(/\/$/, ''), skipTLSVerify: serverUrl.startsWith('http:') },
      { name: 'nobody' },
    );
    return config;
  }
  const [first, ...others] = (kubeconfigPath ?? '').split(delimiter).filter(Boolean);
  if (!first) {
    config.loadFromCluster();
    return config;
  }
  config.loadFromFile(first);
  for (const other of others) {
    const more = new KubeConfig();
    more.loadFromFile(other);
    config.mergeConfig(more, true);
  }
  return config;
}
