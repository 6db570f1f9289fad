import type { Logger } from 'pino';
import type { Chat } from '../ports/chat.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { ClusterResult } from '../ports/cluster-result.ts';
import type { Metrics } from '../ports/metrics.ts';

/** Stand-ins for what a real installation has not configured. They never answer as if all were well: Nightshift then only observes, and says why. */

const missing = (what: string) => `${what} is not configured`;

export function unreachableMetrics(): Metrics {
  const failure = { ok: false as const, failure: { kind: 'unreachable' as const, message: missing('PROMETHEUS_URL') } };
  return {
    range: async () => failure,
    instant: async () => failure,
    ping: async () => Promise.reject(new Error(missing('PROMETHEUS_URL'))),
  };
}

export function unreachableCluster(name: string): Cluster {
  const answer = async (): Promise<ClusterResult<never>> => ({
    ok: false,
    failure: { kind: 'unreachable', message: missing('KUBECONFIG'), retryAfterMs: null },
  });
  return {
    name,
    workload: answer,
    revisions: answer,
    pods: answer,
    pod: answer,
    podLogs: answer,
    nodes: answer,
    podsOnNode: answer,
    rawNode: answer,
    patchNode: answer,
    events: answer,
    budgets: answer,
    scalers: answer,
    workloads: answer,
    configs: answer,
    scaling: answer,
    quotas: answer,
    networkPolicies: answer,
    certificates: answer,
    services: answer,
    ingresses: answer,
    jobOwner: answer,
    custom: { served: answer, get: answer, list: answer, apply: answer, patch: answer, create: answer, delete: answer },
    patchWorkload: answer,
    rawWorkload: answer,
    evictPod: answer,
    can: answer,
    ping: async () => Promise.reject(new Error(missing('KUBECONFIG'))),
  };
}

/** Without a chat, what would be said is logged. */
export function silentChat(log: Logger): Chat {
  const unsent = { ok: false as const, retryAfterMs: 600_000, message: missing('SLACK_BOT_TOKEN') };
  return {
    digest: (incident) => `${incident.id}/${incident.version}`,
    async deliver(incident) {
      log.info(
        { incident: incident.id, state: incident.state.name, service: incident.service },
        'there is no chat to tell this',
      );
      return unsent;
    },
    callDigest: (incident, call) => `${incident.id}/${call.about}`,
    async ring(incident, call) {
      log.warn(
        { incident: incident.id, service: incident.service, why: call.why },
        'there is no chat to call a person',
      );
      return unsent;
    },
    settle: async () => unsent,
    isThere: async () => ({ kind: 'unknown', message: unsent.message }),
    async announce(message) {
      log.warn({ said: message }, 'there is no chat to say this');
      return unsent;
    },
    listDigest: ({ open }) => `${open.length}`,
    showList: async () => unsent,
    weekly: async () => unsent,
    handover: async () => unsent,
    threadLines: async () => unsent,
    threadImage: async () => unsent,
    upload: async () => null,
    ping: async () => Promise.reject(new Error(missing('SLACK_BOT_TOKEN'))),
  };
}
