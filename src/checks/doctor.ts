import { connectCluster } from '../adapters/kubernetes/cluster.ts';
import { readKubeconfig } from '../adapters/kubernetes/kubeconfig.ts';
import { connectLoki } from '../adapters/loki/logs.ts';
import { shownUrl } from '../adapters/outgoing/http-client.ts';
import { connectPrometheus } from '../adapters/prometheus/metrics.ts';
import { createServiceQueries } from '../adapters/prometheus/service-queries.ts';
import type { Config } from '../app/config.ts';
import { queryOptions } from '../app/policy.ts';
import { signInOf } from '../app/sign-in.ts';
import type { Action } from '../extension-points.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { MetricName, Metrics } from '../ports/metrics.ts';
import { examineAlertmanager } from './alertmanager.ts';
import { examineApprovers } from './approvers.ts';
import { type Check, right, tried, wrong } from './check.ts';
import { examineMetrics } from './prometheus.ts';
import { examineRedis } from './redis.ts';
import { needingRights, rightsChecks, rightsOf } from './rights.ts';
import { examineDisk, examineSigning } from './self.ts';
import { examineSlack } from './slack.ts';
import { examineSpeakers } from './speakers.ts';
import { examineWebhookOut } from './webhook-out.ts';

const CALL_MS = 5_000;

/** Tries every connection and every Kubernetes right that the actions declare, and says how to mend what fails. In the sandbox there is nothing to mend. */
export async function examine(config: Config, actions: Action[]): Promise<Check[]> {
  const { env } = config;
  if (config.sandbox) return [{ title: 'no settings: `npm start` runs in the sandbox', ok: true, mend: '' }];
  const checks: Check[] = [];
  const hasCluster = Boolean(env.KUBECONFIG || env.KUBERNETES_SERVICE_HOST);
  if (hasCluster) {
    const cluster = connectCluster({
      name: config.settings.cluster,
      server: await readKubeconfig(env.KUBECONFIG),
      timeoutMs: CALL_MS,
      userAgent: 'nightshift-doctor',
    });
    const reached = await tried(
      'the cluster answers',
      () => cluster.ping(),
      'check KUBECONFIG and that its server can be reached from here',
    );
    checks.push(reached);
    const watched = config.settings.scan.namespaces;
    if (reached.ok)
      checks.push(
        ...rightsChecks(await rightsOf(cluster, needingRights(config, actions), watched), watched),
        ...(await scaling(config, cluster)),
      );
  } else
    checks.push({ title: 'a cluster is configured', ok: false, mend: 'set KUBECONFIG, or run inside the cluster' });
  if (env.PROMETHEUS_URL) {
    const metrics = connectPrometheus({ url: env.PROMETHEUS_URL, timeoutMs: CALL_MS, ...signInOf(env, 'PROMETHEUS') });
    const answers = await tried(
      'Prometheus answers',
      () => metrics.ping(),
      'check PROMETHEUS_URL: the base URL, without /api/v1',
    );
    checks.push(answers);
    if (answers.ok)
      checks.push(
        await understood(config, metrics),
        ...(await examineMetrics(metrics, createServiceQueries(queryOptions(config.settings)), namespacesIn(config))),
        ...(await examineSpeakers(metrics, config.settings.speakers)),
      );
  } else checks.push({ title: 'metrics are configured', ok: false, mend: 'set PROMETHEUS_URL' });
  if (env.LOKI_URL) {
    const logs = connectLoki({ url: env.LOKI_URL, timeoutMs: CALL_MS, ...signInOf(env, 'LOKI') });
    const mend = 'check LOKI_URL (the base URL, without /loki/api/v1), LOKI_TOKEN and LOKI_TENANT';
    checks.push(await tried('Loki answers', () => logs.ping(), mend));
  }
  checks.push(
    ...(await examineSlack(
      env,
      config.settings.channels.map(({ channel }) => channel),
    )),
    ...(await examineRedis(env, config.settings.cluster)),
    ...examinePager(env),
    ...(await examineAlertmanager(env)),
    ...(await examineWebhookOut(env)),
    ...(await examineSigning(env)),
    ...examineDisk(env),
  );
  checks.push(...(await examineApprovers(config)));
  return checks;
}

/** Those that are watched by name, or whose services are named. */
function namespacesIn({ settings }: Config): string[] {
  const named = settings.services.map(({ namespace }) => namespace).filter((one) => !one.includes('*'));
  return [...new Set(settings.scan.namespaces.length > 0 ? settings.scan.namespaces : named)];
}

/** Its key by its looks: nobody is paged for a check. */
function examinePager({ PAGERDUTY_ROUTING_KEY: key }: Config['env']): Check[] {
  if (!key) return [right('no PagerDuty (PAGERDUTY_ROUTING_KEY is not set): the approvers are mentioned instead')];
  if (/^[0-9a-zA-Z]{32}$/.test(key)) return [right('the PagerDuty key looks like an integration key')];
  const mend =
    'it has 32 letters and digits: take the integration key of an Events API v2 integration, not an API token';
  return [wrong('PAGERDUTY_ROUTING_KEY looks like an integration key', mend)];
}

/** Proposals need KEDA, and addresses that it reaches; whether it does can be seen from inside the cluster only. */
async function scaling({ settings, env }: Config, cluster: Cluster): Promise<Check[]> {
  const kind = { group: 'keda.sh', version: 'v1alpha1', plural: 'scaledobjects', kind: 'ScaledObject' };
  const served = await cluster.custom.served(kind);
  if (!served.ok) return [{ title: 'KEDA can be seen', ok: false, mend: served.failure.message }];
  // Who has no KEDA misses nothing but proposals.
  if (!served.value) return [{ title: 'no KEDA: `/heal forecast --propose` needs it', ok: true, mend: '' }];
  const { prometheus_address: prometheus, scaler_address: scaler } = settings.keda;
  return [
    {
      title: `KEDA asks Prometheus at ${prometheus ?? (env.PROMETHEUS_URL ? shownUrl(env.PROMETHEUS_URL) : 'no known address')}`,
      ok: prometheus !== undefined || env.PROMETHEUS_URL !== undefined,
      mend: 'set keda.prometheus_address in nightshift.yaml: the URL at which KEDA, inside the cluster, reaches Prometheus',
    },
    {
      title: `KEDA asks for the forecast at ${scaler ?? 'no known address'}`,
      ok: scaler !== undefined,
      mend: `set keda.scaler_address in nightshift.yaml: the host:port at which KEDA reaches port ${env.KEDA_PORT} of Nightshift; without it ScaledObjects go by rate and week only`,
    },
  ];
}

/** A template of somebody's own may be no PromQL. */
async function understood(config: Config, metrics: Metrics): Promise<Check> {
  const queries = createServiceQueries(queryOptions(config.settings));
  const all: [string, string | undefined][] = [
    ...METRICS.map((metric): [string, string] => [metric, queries.byService(metric, 'default')]),
    ['memory_by_pod', queries.memoryByPod('default', 'nightshift')],
    ['calls', queries.calls('default')],
    ['cpu_by_pod', queries.cpuByPod('default')],
    ['throttling', queries.throttling?.('default')],
    ['volumes', queries.volumes('default')],
    ['pods', queries.pods?.('default', 'nightshift')],
    ['restarts_by_pod', queries.restartsByPod?.('default', 'nightshift')],
    ['autoscaler', queries.autoscaler?.('default', 'nightshift')],
    ['node', queries.node?.('nightshift')],
  ];
  const faults: string[] = [];
  for (const [name, query] of all) {
    if (query === undefined) continue;
    const answer = await metrics.instant(query, Date.now());
    if (!answer.ok) faults.push(`${name}: ${answer.failure.message}`);
  }
  return {
    title: 'Prometheus understands the queries',
    ok: faults.length === 0,
    mend: `${faults.join('; ')}; check \`queries:\` in nightshift.yaml`,
  };
}

const METRICS = [
  'request_rate',
  'error_ratio',
  'latency_p99',
  'cpu_ratio',
  'memory_ratio',
  'restarts',
  'ready_ratio',
] as const satisfies MetricName[];
