import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectCluster } from '../../src/adapters/kubernetes/cluster.ts';
import { readKubeconfig } from '../../src/adapters/kubernetes/kubeconfig.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import type { ClusterResult } from '../../src/ports/cluster-result.ts';
import type { CustomKind } from '../../src/ports/custom-objects.ts';
import { startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';

/** A cluster to try the port on, in a namespace of its own that goes with it. */
export type ClusterPart = {
  cluster: Cluster;
  namespace: string;
  /** Kinds may be added to it for a test. */
  isSandbox: boolean;
  now(): number;
  /** Waits, in the cluster's own time, until it is so. */
  until(title: string, check: () => Promise<boolean>): Promise<void>;
  end(): Promise<void>;
};

const NAMESPACES: CustomKind = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' };
const DEPLOYMENTS: CustomKind = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment' };
const MOST_SECONDS = 180;
const PLAIN = { annotations: {}, dryRun: false };
/** Runs for ever and takes next to nothing. */
export const IMAGE = 'registry.k8s.io/pause:3.9';
export const OTHER_IMAGE = 'registry.k8s.io/pause:3.10';

export const good = <T>(result: ClusterResult<T>): T => {
  if (!result.ok) throw new Error(`${result.failure.kind}: ${result.failure.message}`);
  return result.value;
};

/** The sandbox's API server over HTTP. Its time passes as fast as it is waited for. */
export async function sandboxPart(): Promise<ClusterPart> {
  const small = await startSmallCluster();
  const pass = async () => small.run(1);
  return { ...(await inNamespace(small.cluster, { now: small.now, pass, stop: () => small.stop() })), isSandbox: true };
}

/** A real API server, by the context of a kubeconfig. */
export async function realPart(context: string): Promise<ClusterPart> {
  const server = await readKubeconfig(process.env.KUBECONFIG ?? `${process.env.HOME}/.kube/config`, context);
  const cluster = connectCluster({ name: context, server, timeoutMs: 10_000, userAgent: 'nightshift/test-cluster' });
  return inNamespace(cluster, { now: Date.now, pass: () => sleep(1_000), stop: async () => {} });
}

type Time = { now(): number; pass(): Promise<void>; stop(): Promise<void> };

async function inNamespace(cluster: Cluster, { now, pass, stop }: Time): Promise<ClusterPart> {
  const name = `nightshift-test-${randomBytes(4).toString('hex')}`;
  const place = { kind: NAMESPACES, namespace: null, name };
  const made = good(await cluster.custom.create(place, {}, PLAIN));
  return {
    cluster,
    namespace: name,
    isSandbox: false,
    now,
    async until(title, check) {
      for (let second = 0; second < MOST_SECONDS; second += 1) {
        if (await check()) return;
        await pass();
      }
      throw new Error(`waited ${MOST_SECONDS} s in vain: ${title}`);
    },
    async end() {
      await cluster.custom.delete(place, { uid: made.uid });
      await stop();
    },
  };
}

/** A deployment of two pods that are ready. */
export async function running({ cluster, namespace, until }: ClusterPart, name: string): Promise<void> {
  const resources = { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '32Mi' } };
  const body = {
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'app', image: IMAGE, resources }] },
      },
    },
  };
  good(await cluster.custom.create({ kind: DEPLOYMENTS, namespace, name }, body, PLAIN));
  await until(`${name} is ready`, async () => {
    const found = await cluster.workload(namespace, name);
    return found.ok && found.value.readyReplicas === 2 && found.value.observedGeneration >= found.value.generation;
  });
}
