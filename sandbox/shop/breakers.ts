import { at, numberAt, type ShopCluster, textAt } from './cluster-port.ts';
import { NAMESPACE } from './services.ts';

/** What the mesh keeps callers of a service from, as its DestinationRule says. Infinity where it says nothing. */
export type Breaker = {
  /** Failures in a row that eject a pod. */
  consecutiveErrors: number;
  baseEjectionSeconds: number;
  maxEjectedShare: number;
  /** Requests that one caller's proxy has under way at once. */
  maxRequests: number;
};

const RULES = 'destinationrules.networking.istio.io';
/** Istio's defaults where outlier detection is on. */
const ERRORS = 5;
const EJECTION_SECONDS = 30;
const EJECTED_PERCENT = 10;

/** The breakers of the shop, by service. Of several rules for one host the first by name holds; rules for other hosts, wildcards and single ports are not modelled, and nothing here makes them. */
export function readBreakers(cluster: Pick<ShopCluster, 'list' | 'get'>): ReadonlyMap<string, Breaker> {
  const breakers = new Map<string, Breaker>();
  if (!cluster.get('customresourcedefinitions', undefined, RULES)) return breakers;
  for (const rule of cluster.list(RULES, NAMESPACE)) {
    const service = serviceOf(textAt(rule, 'spec', 'host'));
    const policy = at(rule, 'spec', 'trafficPolicy');
    if (service === null || breakers.has(service)) continue;
    const outlier = at(policy, 'outlierDetection');
    const most = numberAt(policy, 'connectionPool', 'http', 'http2MaxRequests');
    if (outlier === undefined && most === 0) continue;
    breakers.set(service, {
      consecutiveErrors: outlier === undefined ? Number.POSITIVE_INFINITY : errorsOf(outlier),
      baseEjectionSeconds: Number.parseFloat(textAt(outlier, 'baseEjectionTime')) || EJECTION_SECONDS,
      maxEjectedShare: (numberAt(outlier, 'maxEjectionPercent') || EJECTED_PERCENT) / 100,
      maxRequests: most || Number.POSITIVE_INFINITY,
    });
  }
  return breakers;
}

/** Zero switches it off. */
function errorsOf(outlier: unknown): number {
  const said = [at(outlier, 'consecutive5xxErrors'), at(outlier, 'consecutiveGatewayErrors')].filter(
    (value): value is number => typeof value === 'number',
  );
  const on = said.filter((value) => value > 0);
  if (said.length > 0) return on.length > 0 ? Math.min(...on) : Number.POSITIVE_INFINITY;
  return ERRORS;
}

function serviceOf(host: string): string | null {
  const [name = '', namespace = NAMESPACE, svc = 'svc'] = host.split('.');
  return /^[a-z]/.test(name) && namespace === NAMESPACE && svc === 'svc' ? name : null;
}
