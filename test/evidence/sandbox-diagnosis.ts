import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { createPrometheusApi } from '../../sandbox/prometheus/http.ts';
import { connectCluster } from '../../src/adapters/kubernetes/cluster.ts';
import { connectPrometheus } from '../../src/adapters/prometheus/metrics.ts';
import { createServiceQueries } from '../../src/adapters/prometheus/service-queries.ts';
import type { Deps } from '../../src/app/deps.ts';
import { loadModules } from '../../src/app/load-modules.ts';
import { newIncident } from '../../src/domain/group.ts';
import type { Diagnosis } from '../../src/domain/types/diagnosis.ts';
import type { EntityRef } from '../../src/domain/types/entity.ts';
import { diagnosisOf } from '../../src/evidence/diagnosis.ts';
import { gather } from '../../src/evidence/gather.ts';
import type { Gathered } from '../../src/evidence/gathered.ts';
import type { Correlator, Detector, IssueKind, StateCorrelator } from '../../src/extension-points.ts';
import { createModels } from '../../src/learning/baselines.ts';
import type { Logs } from '../../src/ports/logs.ts';
import { alertOf } from '../domain/examples.ts';
import { EVENING, MINUTE, type VirtualSandbox, virtualSandbox } from '../sandbox/virtual-sandbox.ts';

/** The sandbox on a clock that only steps, its API server and Prometheus behind HTTP, and the app's diagnosis on top. */
export type SandboxDiagnosis = {
  sandbox: VirtualSandbox;
  /** A diagnosis now for an alert of the service that fires since then. */
  diagnose(service: string, since: number, entity?: EntityRef): Promise<Diagnosis>;
  gather(service: string, since: number): Promise<Gathered>;
  /** Answers every request whose path has `part` with this status from now on. */
  refuse(part: string, status: number): void;
  stop(): Promise<void>;
};

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export async function sandboxDiagnosis(logs?: Logs): Promise<SandboxDiagnosis> {
  const sandbox = virtualSandbox(EVENING);
  const prometheus = createPrometheusApi({ store: sandbox.store, now: sandbox.now });
  const refusals: { part: string; status: number }[] = [];
  const server = createServer(async (req, res) => {
    const refusal = refusals.find(({ part }) => (req.url ?? '').includes(part));
    if (refusal) {
      const body = { kind: 'Status', status: 'Failure', reason: 'Forbidden', message: 'no', code: refusal.status };
      res.writeHead(refusal.status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return;
    }
    if (!(await prometheus.handle(req, res)) && !sandbox.cluster.handle(req, res)) res.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const parts: Partial<Deps> = {
    cluster: connectCluster({ name: 'sandbox', server: { url: url }, timeoutMs: 5_000, userAgent: 'test' }),
    metrics: connectPrometheus({ url: `${url}/prometheus`, timeoutMs: 5_000 }),
    queries: createServiceQueries(),
    models: createModels(10, 10),
    baselines: { get: async () => null, atHand: () => null, size: () => 0 },
    clock: { now: sandbox.now, realDelay: (ms) => ms },
    detectors: await loadModules<Detector>(here('../../src/detectors')),
    correlators: await loadModules<Correlator>(here('../../src/correlators')),
    stateCorrelators: await loadModules<StateCorrelator>(here('../../src/correlators/state')),
    kinds: await loadModules<IssueKind>(here('../../src/kinds')),
    log: pino({ level: 'silent' }),
    ...(logs ? { logs } : {}),
  };
  const deps = parts as Deps;
  const incidentOf = (service: string, since: number, entity?: EntityRef) => {
    const alert = alertOf({ startsAt: since, labels: { namespace: 'shop', service } });
    const about = { cluster: 'sandbox', namespace: 'shop', service, ...(entity ? { entity } : {}) };
    return { ...newIncident('INC-1', about, since, null), alerts: [alert] };
  };
  return {
    sandbox,
    diagnose: (service, since, entity) => diagnosisOf(deps, incidentOf(service, since, entity)),
    gather: (service, since) => gather(deps, incidentOf(service, since)),
    refuse: (part, status) => void refusals.push({ part, status }),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export { MINUTE };
