import { type Labels, matchesAll, type Series, type SeriesSource } from '../../../sandbox/prometheus/series.ts';

/** Series with samples at chosen instants, for our engine and, as OpenMetrics text, for a real Prometheus. */
export type SampleSet = { labels: Labels; times: number[]; values: number[] }[];

export function asSource(set: SampleSet): SeriesSource {
  return {
    select: (matchers) =>
      set
        .filter((s) => matchesAll(s.labels, matchers))
        .map((s) => ({
          labels: s.labels,
          stale: () => false,
          each(fromMs, toMs, fn) {
            for (const [i, t] of s.times.entries()) if (t >= fromMs && t <= toMs) fn(t, s.values[i]!);
          },
        })),
  };
}

export function samplesOf(series: Series, fromMs: number, toMs: number): { times: number[]; values: number[] } {
  const samples = { times: [] as number[], values: [] as number[] };
  series.each(fromMs, toMs, (time, value) => {
    samples.times.push(time);
    samples.values.push(value);
  });
  return samples;
}

export function asOpenMetrics(set: SampleSet): string {
  const lines: string[] = [];
  const names = [...new Set(set.map((s) => s.labels.__name__!))];
  for (const name of names) {
    lines.push(`# TYPE ${name} unknown`);
    for (const series of set.filter((s) => s.labels.__name__ === name)) {
      const pairs = Object.entries(series.labels).filter(([label]) => label !== '__name__');
      const labels = pairs.map(([label, value]) => `${label}="${value}"`).join(',');
      series.times.forEach((t, i) => {
        lines.push(`${name}{${labels}} ${series.values[i]} ${t / 1000}`);
      });
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

/** Two services, three pods each: counters with restarts and gaps, histograms, gauges. One sample in `everyMs`, off the grid. */
export function shopSamples(startMs: number, minutes: number, everyMs = 15_000): SampleSet {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  const set: SampleSet = [];
  const bounds = ['0.005', '0.05', '0.5', '5', '+Inf'];
  for (const service of ['payment-api', 'catalog-api']) {
    for (let pod = 0; pod < 3; pod++) {
      const labels = { namespace: 'shop', service, pod: `${service}-${pod}` };
      const offset = Math.floor(random() * 10_000);
      const times: number[] = [];
      for (let t = startMs + offset; t < startMs + minutes * 60_000; t += everyMs) if (random() > 0.03) times.push(t);
      const restartAt = times[Math.floor(times.length * (0.3 + 0.2 * pod))]!;
      const counter = (rate: number): number[] => {
        let value = Math.floor(random() * 1_000);
        return times.map((t) => {
          if (t === restartAt) value = 0;
          value += Math.floor(random() * rate);
          return value;
        });
      };
      set.push({ labels: { __name__: 'http_requests_total', ...labels, code: '200' }, times, values: counter(400) });
      set.push({ labels: { __name__: 'http_requests_total', ...labels, code: '500' }, times, values: counter(4) });
      const increments = times.map(() => bounds.map(() => Math.floor(random() * 30)));
      bounds.forEach((le, b) => {
        let value = 0;
        const values = increments.map((row) => {
          value += row.slice(0, b + 1).reduce((x, y) => x + y, 0);
          return value;
        });
        set.push({ labels: { __name__: 'http_request_duration_seconds_bucket', ...labels, le }, times, values });
      });
      const memory = times.map((_, i) => 200e6 + 1e6 * i * (pod + 1) + 5e6 * random());
      set.push({
        labels: { __name__: 'container_memory_working_set_bytes', ...labels, container: 'app' },
        times,
        values: memory,
      });
      const limit = {
        __name__: 'kube_pod_container_resource_limits',
        namespace: 'shop',
        pod: `${service}-${pod}`,
        container: 'app',
      };
      set.push({ labels: { ...limit, resource: 'memory' }, times, values: times.map(() => 512 * 1024 * 1024) });
      const owner = { __name__: 'kube_pod_labels', namespace: 'shop', pod: `${service}-${pod}`, label_app: service };
      set.push({ labels: owner, times, values: times.map(() => 1) });
    }
  }
  return set;
}
