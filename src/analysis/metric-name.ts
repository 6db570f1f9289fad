import type { Shape } from './rank-shift.ts';

/**
 * What an exported metric is, by its name and by how large its values are. `scale`: what its values are multiplied by to be in `unit`;
 * `least`: the least change in that unit that anybody would act on.
 */
export type NamedMetric = {
  what: string;
  shape: Shape;
  worse: 'rise' | 'fall';
  unit: string;
  scale: number;
  least: number;
};

/** Who names a metric differently than the documentation does, still says one of these words. The first that fits counts. */
const SAID: readonly [RegExp, (words: string, sizes: Sizes) => NamedMetric][] = [
  [/throttl|gc|wait_time|queue|backlog|pending/, (words) => ownOf(words)],
  [/latenc|duration|response|(^|_)lat(_|$)|elapsed/, latencyOf],
  [/avail|success|uptime/, (words, sizes) => ({ ...shareOf('availability', words, sizes), worse: 'fall' })],
  [/err|fail|exception|5xx/, (words, sizes) => shareOf('errors', words, sizes)],
  [/cpu|processor/, cpuOf],
  [/mem|heap|rss|working_set/, memoryOf],
  [
    /request|traffic|(^|_)(rps|qps|load|calls|hits)(_|$)|throughput|workload/,
    () => ({ what: 'traffic', shape: 'amount', worse: 'rise', unit: '1/s', scale: 1, least: 0.2 }),
  ],
];

/** Over all entities that have a metric of this name: what is usual, and the most. */
export type Sizes = { usual: number; highest: number };

/** An unknown one is the entity's own, and its rise is trouble. Linear in the name. */
export function metricOf(name: string, sizes: Sizes): NamedMetric {
  const words = name
    .slice(0, LONGEST_NAME)
    .toLowerCase()
    .replaceAll(/[^a-z0-9%]/g, '_');
  const said = SAID.find(([pattern]) => pattern.test(words));
  return said ? said[1](words, sizes) : ownOf(name);
}

const LONGEST_NAME = 200;
const MEGA = 1e6;

const ownOf = (what: string): NamedMetric => ({ what, shape: 'amount', worse: 'rise', unit: '', scale: 1, least: 0 });

/** Seconds, unless the name or the size says otherwise: nobody waits a minute for an answer as a rule. */
function latencyOf(words: string, { usual }: Sizes): NamedMetric {
  const scale = declaredSeconds(words) ?? (usual > 60_000 ? 1e-6 : usual > 10 ? 1e-3 : 1);
  return { what: 'latency', shape: 'amount', worse: 'rise', unit: 's', scale, least: 0.005 };
}

function declaredSeconds(words: string): number | null {
  const unit = /(^|_)(ms|millis|milliseconds|us|micros|microseconds|ns|nanoseconds|s|sec|seconds)(_|$)/.exec(
    words,
  )?.[2];
  if (unit === undefined) return null;
  return unit.startsWith('m') && !unit.startsWith('mic')
    ? 1e-3
    : unit.startsWith('n')
      ? 1e-9
      : /^[um]/.test(unit)
        ? 1e-6
        : 1;
}

/** Shares are 0 to 1, or percent where any is more; failures that are counted are an amount. */
function shareOf(what: string, words: string, { highest }: Sizes): NamedMetric {
  const isPercent =
    /percent|pct|%/.test(words) || (highest > 1 && highest <= 100 && /rate|ratio|avail|success|uptime/.test(words));
  if (isPercent || highest <= 1.000001)
    return { what, shape: 'fraction', worse: 'rise', unit: 'fraction', scale: isPercent ? 0.01 : 1, least: 0.005 };
  return { what, shape: 'amount', worse: 'rise', unit: '', scale: 1, least: 1 };
}

/** A share of the limit, or CPUs; percent or thousandths of a CPU where some are so large. */
function cpuOf(words: string, { highest }: Sizes): NamedMetric {
  const scale = /percent|pct|%/.test(words) ? 0.01 : highest > 1_000 ? 1e-3 : highest > 8 ? 0.01 : 1;
  const unit = scale === 1e-3 || /core|milli|seconds/.test(words) ? 'CPU' : 'fraction';
  return { what: 'cpu', shape: 'amount', worse: 'rise', unit, scale, least: 0.05 };
}

/** Bytes, unless they are so few that it must be a share, percent or megabytes. */
function memoryOf(words: string, { highest }: Sizes): NamedMetric {
  const own = { what: 'memory', shape: 'amount', worse: 'rise' } as const;
  if (/percent|pct|%/.test(words)) return { ...own, unit: 'fraction', scale: 0.01, least: 0.05 };
  if (highest <= 1.5) return { ...own, unit: 'fraction', scale: 1, least: 0.05 };
  if (highest <= 100 && /ratio|rate|util|usage/.test(words))
    return { ...own, unit: 'fraction', scale: 0.01, least: 0.05 };
  return { ...own, unit: 'B', scale: highest < MEGA ? MEGA : 1, least: 16 * MEGA };
}
