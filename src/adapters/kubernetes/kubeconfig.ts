import { delimiter } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import type { Server } from './rest.ts';

const KEEP_MS = 60_000;

/**
 * The API server of a kubeconfig's current context, with all the ways to sign in that the client library knows (tokens, certificates, exec plugins,
 * OIDC). `path`: one file, or several as in `$KUBECONFIG`; absent: the service account of the pod that this runs in. `context`: another one than the current. Throws, naming what is missing.
 */
export async function readKubeconfig(path: string | undefined, context?: string): Promise<Server> {
  // Half of all that a start would load: only for a real cluster.
  const { HttpMethod, KubeConfig, RequestContext } = await import('@kubernetes/client-node');
  const config = load(() => new KubeConfig(), path);
  if (context !== undefined) config.setCurrentContext(context);
  const url = config.getCurrentCluster()?.server;
  if (!url)
    throw new Error(
      `${path ? `The kubeconfig ${path}` : 'The pod'} has no ${context === undefined ? 'current context' : `context ${context}`} with a server`,
    );
  const keep = keepDispatcher();
  return {
    url,
    async signIn(method, to) {
      const context = new RequestContext(to, HttpMethod[method]);
      await config.applySecurityAuthentication(context);
      return { headers: context.getHeaders(), dispatcher: keep(context.getDispatcher()) };
    },
  };
}

/** The library makes a dispatcher for each call, which would be a TLS handshake for each: one serves for KEEP_MS, then the certificates are the new one's. */
function keepDispatcher(): (fresh: Dispatcher | undefined) => Dispatcher | undefined {
  let kept: { dispatcher: Dispatcher; until: number } | null = null;
  return (fresh) => {
    if (!fresh) return undefined;
    const now = performance.now();
    if (kept && now < kept.until) return kept.dispatcher;
    // The one before isn't closed: a call may be about to use it, and its idle connections end by themselves.
    kept = { dispatcher: fresh, until: now + KEEP_MS };
    return fresh;
  };
}

function load(create: () => KubeConfig, path: string | undefined): KubeConfig {
  const config = create();
  const [first, ...others] = (path ?? '').split(delimiter).filter(Boolean);
  if (!first) {
    config.loadFromCluster();
    return config;
  }
  config.loadFromFile(first);
  for (const other of others) {
    const more = create();
    more.loadFromFile(other);
    config.mergeConfig(more, true);
  }
  return config;
}
