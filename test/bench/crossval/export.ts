import type { ExportedFiles, ExportedSeries } from '../../../src/cli/exported-files.ts';
import type { Draw } from './draw.ts';
import type { Truth } from './simulate.ts';
import type { System } from './system.ts';

/** What is left out of an export, as shares. */
export type Missing = { edges: number; services: number; metrics: number; points: number };
type Reading = { metric: string; of: keyof Truth; as: (value: number) => number };
/** How somebody calls and scales what they measure. */
export type Naming = { name: string; readings: Reading[]; counters: boolean };

const same = (value: number) => value;
const times = (factor: number) => (value: number) => value * factor;
const latency = (metric: string, factor = 1): Reading => ({ metric, of: 'latency', as: times(factor) });

export const NAMINGS: readonly Naming[] = [
  {
    name: 'documented',
    counters: false,
    readings: [
      latency('latency'),
      { metric: 'errors', of: 'errors', as: same },
      { metric: 'traffic', of: 'traffic', as: same },
      { metric: 'cpu', of: 'cpu', as: same },
      { metric: 'memory', of: 'memory', as: same },
      { metric: 'gc_pause', of: 'odd', as: same },
    ],
  },
  {
    name: 'ratios',
    counters: false,
    readings: [
      latency('latency_p99', 3),
      latency('latency_p50', 0.8),
      { metric: 'availability', of: 'errors', as: (value) => 1 - value },
      { metric: 'request_rate', of: 'traffic', as: same },
      { metric: 'cpu_ratio', of: 'cpu', as: same },
      { metric: 'memory_ratio', of: 'memory', as: times(1 / 4e9) },
    ],
  },
  {
    name: 'percent',
    counters: false,
    readings: [
      latency('latency_ms', 1000),
      { metric: 'error_rate', of: 'errors', as: times(100) },
      { metric: 'requests', of: 'traffic', as: same },
      { metric: 'cpu', of: 'cpu', as: times(100) },
      { metric: 'mem', of: 'memory', as: times(1e-6) },
      { metric: 'disk_io', of: 'odd', as: times(1e4) },
    ],
  },
  {
    name: 'counters',
    counters: true,
    readings: [
      latency('latency-90', 2),
      { metric: 'errors', of: 'errors', as: same },
      { metric: 'requests_total', of: 'traffic', as: same },
      { metric: 'cpu_seconds_total', of: 'cpu', as: same },
      { metric: 'memory_bytes', of: 'memory', as: same },
    ],
  },
];

/** The export of a run: as named, with the gaps, and with CPU and memory behind by `lagSteps`. The front and its symptoms stay: somebody was alerted. */
export function exportOf(
  system: System,
  truth: Truth,
  how: { naming: Naming; missing: Missing; stepMs: number; from: number; lagSteps: number },
  draw: Draw,
): ExportedFiles {
  const { naming, missing, lagSteps } = how;
  const kept = system.services.map((_, i) => i === 0 || !draw.chance(missing.services));
  const series = system.services.flatMap(({ name }, i) =>
    naming.readings.flatMap((reading): ExportedSeries[] => {
      const isSymptom = i === 0 && ['latency', 'errors'].includes(reading.of);
      if (!kept[i] || (!isSymptom && draw.chance(missing.metrics))) return [];
      const lag = ['cpu', 'memory'].includes(reading.of) ? lagSteps : 0;
      return [seriesOf(name, reading, truth[reading.of][i]!, { ...how, lag }, draw)];
    }),
  );
  const calls = system.services.flatMap(({ name, links }) =>
    links.flatMap(({ to }) =>
      draw.chance(missing.edges) ? [] : [{ from: name, to: system.services[to]!.name, weight: 1 }],
    ),
  );
  return { series, calls, changes: [] };
}

function seriesOf(
  service: string,
  { metric, as }: Reading,
  values: Float64Array,
  how: { naming: Naming; missing: Missing; stepMs: number; from: number; lag: number },
  draw: Draw,
): ExportedSeries {
  const one: ExportedSeries = { service, metric, times: [], values: [] };
  const counts = how.naming.counters && metric.endsWith('_total');
  let total = 1e4 * draw.uniform();
  for (let i = 0; i < values.length; i += 1) {
    const value = as(values[Math.max(0, i - how.lag)]!);
    total += Number.isNaN(value) ? 0 : (value * how.stepMs) / 1000;
    if (draw.chance(how.missing.points) || Number.isNaN(value)) continue;
    one.times.push(how.from + i * how.stepMs);
    one.values.push(counts ? total : value);
  }
  return one;
}
