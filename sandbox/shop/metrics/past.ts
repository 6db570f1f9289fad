import type { History } from '../history.ts';
import { healthyMemory } from '../memory.ts';
import type { ServiceSpec } from '../service-spec.ts';
import { SERVICES } from '../services.ts';
import type { Labels } from './family.ts';
import { CONTAINER_METRICS, type PodMetric, REQUEST_METRICS } from './formulas.ts';

/** The value of a series at instants before its first scrape. */
export type Past = (t: number) => number;

const BY_NAME = new Map<string, PodMetric[]>();
for (const metric of [...REQUEST_METRICS, ...CONTAINER_METRICS]) {
  const name = metric.metric + metric.suffix;
  BY_NAME.set(name, [...(BY_NAME.get(name) ?? []), metric]);
}

/**
 * The past of a series that is there at the first scrape (`seamMs`, where it is `value`): a pod's counters as the history counted
 * them, its memory as a healthy pod's; all else has always been as it is. Undefined for what was only passing.
 */
export function pastOfSeries(
  history: History,
  seed: number,
  seamMs: number,
): (name: string, labels: Labels, value: number) => Past | undefined {
  return (name, labels, value) => {
    if (name.endsWith('_reason')) return undefined;
    const service = serviceOf(labels);
    if (!service) return () => value;
    if (name === 'container_memory_working_set_bytes') {
      const pod = labels.pod ?? '';
      return (t) => Math.round(healthyMemory(service, pod, seed, t, 0, history.load(service.name, t)));
    }
    const metric = BY_NAME.get(name)?.find((m) => Object.entries(m.labels).every(([k, v]) => labels[k] === v));
    return metric ? counterPast(history, service.name, metric, seamMs, value) : () => value;
  };
}

/** Counts backwards from the value at the seam, so that nothing looks like a restart there. */
function counterPast(history: History, service: string, { formula }: PodMetric, seamMs: number, value: number): Past {
  const { plus, minus, whole } = formula;
  const add = history.reader(service, plus);
  const take = minus.map((column) => history.reader(service, column));
  const counted: Past = (t) => take.reduce((sum, read) => sum - read(t), add(t));
  const offset = value - counted(seamMs);
  if (whole && minus.length === 0) return (t) => Math.floor(add(t) + offset);
  return whole ? (t) => Math.floor(counted(t) + offset) : (t) => counted(t) + offset;
}

function serviceOf(labels: Labels): ServiceSpec | undefined {
  if (labels.service !== undefined) return SERVICES.find((s) => s.name === labels.service);
  return SERVICES.find((s) => labels.pod?.startsWith(`${s.name}-`));
}
