import type { Metrics } from '../ports/metrics.ts';
import { type Check, right, wrong } from './check.ts';

/** Who tells in metrics of services of other namespaces, as Prometheus scrapes it. */
export type Speaker = { namespace: string; job: string };

/** NGINX's controller where Prometheus doesn't honour its labels, and its namespace stands beside those that it tells of. */
const EXPORTED = 'group by (job, namespace) (nginx_ingress_controller_requests{exported_service!=""})';
/** Where it does, only the job is the controller's own. */
const HONOURED = 'group by (job) (nginx_ingress_controller_requests{exported_service="",service!=""})';
/** A mesh without sidecars counts at proxies that stand for many services. */
const WAYPOINTS = 'group by (job, namespace) (istio_requests_total{reporter="waypoint"})';
const SCRAPED = 'group by (job, namespace) (up)';
const MOST = 8;

/** Proposes whom to name under `speakers`: ingress controllers and meshes that are scraped; whether they are what they seem is for a person to say. Who is named and scraped nowhere is named wrongly. */
export async function examineSpeakers(
  metrics: Pick<Metrics, 'instant'>,
  configured: readonly Speaker[],
  now: number = Date.now(),
): Promise<Check[]> {
  const [exported, honoured, waypoints, scraped] = await Promise.all(
    [EXPORTED, HONOURED, WAYPOINTS, SCRAPED].map((query) => metrics.instant(query, now)),
  );
  // That Prometheus doesn't answer is said elsewhere.
  if (!exported?.ok || !honoured?.ok || !waypoints?.ok || !scraped?.ok) return [];
  const everybody = pairs(scraped.value);
  const jobs = new Set(honoured.value.map(({ labels }) => labels.job));
  const tells = unique([
    ...pairs(exported.value),
    ...pairs(waypoints.value),
    ...everybody.filter(({ job }) => jobs.has(job)),
  ]);
  const unnamed = tells.filter((one) => !configured.some((named) => isSame(named, one)));
  const proposal = `${words(unnamed)} tell of services of other namespaces and aren't believed; if they are your ingress controllers or mesh, set ${setting(unnamed)}`;
  return [...configured.map((one) => named(one, everybody)), ...(unnamed.length > 0 ? [right(proposal)] : [])];
}

function named(one: Speaker, everybody: Speaker[]): Check {
  const title = `${one.namespace}/${one.job} of \`speakers\` is scraped`;
  if (everybody.length === 0 || everybody.some((other) => isSame(other, one))) return right(title);
  const alike = everybody.filter(({ namespace, job }) => namespace === one.namespace || job === one.job);
  const there = alike.length > 0 ? `there are ${words(alike)}` : 'nothing of that job or namespace is';
  return wrong(title, `${there}: correct \`speakers:\` in nightshift.yaml, or scrape it`);
}

const isSame = (a: Speaker, b: Speaker): boolean => a.namespace === b.namespace && a.job === b.job;
type Samples = { labels: Record<string, string> }[];
const pairs = (samples: Samples): Speaker[] =>
  samples.flatMap(({ labels: { namespace, job } }) => (namespace && job ? [{ namespace, job }] : []));
const unique = (all: Speaker[]): Speaker[] =>
  all.filter((one, index) => all.findIndex((other) => isSame(other, one)) === index);
const words = (some: Speaker[]): string =>
  `${some
    .slice(0, MOST)
    .map(({ namespace, job }) => `${namespace}/${job}`)
    .join(', ')}${some.length > MOST ? ` and ${some.length - MOST} more` : ''}`;
const setting = (some: Speaker[]): string =>
  `\`speakers: [${some
    .slice(0, MOST)
    .map(({ namespace, job }) => `{ namespace: ${JSON.stringify(namespace)}, job: ${JSON.stringify(job)} }`)
    .join(', ')}]\``;
