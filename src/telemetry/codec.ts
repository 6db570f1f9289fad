import { z } from 'zod';
import type { Timing } from '../analysis/rank-traces.ts';
import { emptyMinute, emptyService, MEASURED_VITALS, type Minute, type ServiceMinute } from './service-minute.ts';
import type { Passed } from './shared-minutes.ts';
import { BUCKETS, emptySketch, type LatencySketch } from './sketch.ts';

const n = z.number();
const text = z.string().max(20_000);
const Count = z.number().min(0);
/** Bucket and count by turns, of those that aren't empty. */
const Sketch = z
  .array(z.int().min(0))
  .max(2 * BUCKETS)
  .nullable();
const TimingNumbers = z.tuple([Count, n, Count, Count]);
const Service = z.object({
  key: text,
  requests: Count,
  failed: Count,
  logs: Count,
  latency: Sketch,
  served: Sketch,
  operations: z.array(z.tuple([text, TimingNumbers, TimingNumbers])),
  templates: z.array(z.tuple([z.int(), Count])),
  metrics: z.array(z.tuple([text, n, n])),
  vitals: z.array(z.tuple([z.enum(MEASURED_VITALS), n, n, n, n.nullable(), n])),
});
const Part = z.object({
  /** Another form of it, by another release, is left unread. */
  form: z.literal(1),
  trusted: z.boolean(),
  minutes: z.array(
    z.object({
      at: z.int(),
      services: z.array(Service),
      edges: z.array(z.tuple([text, Count, Count, TimingNumbers])),
    }),
  ),
  templates: z.array(z.tuple([text, z.int(), text, z.boolean()])),
  aliases: z.array(z.tuple([text, text])),
});
type Part = z.infer<typeof Part>;

/** What was moved on, in a compact form; counts and sums come back as they were, to the last bit. */
export function encodePassed({ minutes, templates, aliases }: Passed, trusted: boolean): Uint8Array {
  const part: Part = {
    form: 1,
    trusted,
    minutes: minutes.map(({ at, services, edges }) => ({
      at,
      services: [...services].map(([key, service]) => serviceNumbers(key, service)),
      edges: [...edges].map(([key, { calls, failed, wait }]) => [key, calls, failed, numbersOf(wait)]),
    })),
    templates: templates.map(({ service, id, text, severe }) => [service, id, text, severe]),
    aliases,
  };
  return Buffer.from(JSON.stringify(part));
}

/** Null for what isn't readable. */
export function decodePassed(body: Uint8Array): (Passed & { trusted: boolean }) | null {
  try {
    const part = Part.safeParse(JSON.parse(Buffer.from(body).toString('utf8')));
    return part.success ? passedOf(part.data) : null;
  } catch {
    return null;
  }
}

const numbersOf = ({ n, logs, squares, totalMs }: Timing): [number, number, number, number] => [
  n,
  logs,
  squares,
  totalMs,
];
const timingOf = ([n, logs, squares, totalMs]: [number, number, number, number]): Timing => ({
  n,
  logs,
  squares,
  totalMs,
});
const sketchNumbers = (sketch: LatencySketch | null) =>
  sketch && [...sketch].flatMap((count, bucket) => (count > 0 ? [bucket, count] : []));

function serviceNumbers(key: string, service: ServiceMinute): z.infer<typeof Service> {
  const { requests, failed, logs, latency, served, operations, templates, metrics, vitals } = service;
  return {
    key,
    requests,
    failed,
    logs,
    latency: sketchNumbers(latency),
    served: sketchNumbers(served),
    operations: [...operations].map(([name, own]) => [name, numbersOf(own.latency), numbersOf(own.self)]),
    templates: [...templates],
    metrics: [...metrics].map(([name, { sum, n }]) => [name, sum, n]),
    // JSON knows no infinity: the highest of nothing is null.
    vitals: [...vitals].map(([vital, { sum, n, streams, max, grown }]) => [
      vital,
      sum,
      n,
      streams,
      Number.isFinite(max) ? max : null,
      grown,
    ]),
  };
}

function passedOf({ trusted, minutes, templates, aliases }: Part): Passed & { trusted: boolean } {
  return {
    trusted,
    aliases,
    templates: templates.map(([service, id, text, severe]) => ({ service, id, text, severe })),
    minutes: minutes.map(
      ({ at, services, edges }): Minute => ({
        ...emptyMinute(at),
        services: new Map(services.map((one) => [one.key, serviceOf(one)])),
        edges: new Map(edges.map(([key, calls, failed, wait]) => [key, { calls, failed, wait: timingOf(wait) }])),
      }),
    ),
  };
}

function serviceOf(one: z.infer<typeof Service>): ServiceMinute {
  const { requests, failed, logs } = one;
  return {
    ...emptyService(),
    requests,
    failed,
    logs,
    latency: sketchOf(one.latency),
    served: sketchOf(one.served),
    operations: new Map(
      one.operations.map(([name, latency, self]) => [name, { latency: timingOf(latency), self: timingOf(self) }]),
    ),
    templates: new Map(one.templates),
    metrics: new Map(one.metrics.map(([name, sum, n]) => [name, { sum, n }])),
    vitals: new Map(
      one.vitals.map(([vital, sum, n, streams, max, grown]) => [
        vital,
        { sum, n, streams, max: max ?? Number.NEGATIVE_INFINITY, grown },
      ]),
    ),
  };
}

function sketchOf(numbers: number[] | null): LatencySketch | null {
  if (!numbers) return null;
  const sketch = emptySketch();
  for (let i = 0; i + 1 < numbers.length; i += 2) if (numbers[i]! < BUCKETS) sketch[numbers[i]!] = numbers[i + 1]!;
  return sketch;
}
