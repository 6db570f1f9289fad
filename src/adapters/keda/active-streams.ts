import type { ServerWritableStream } from '@grpc/grpc-js';
import type { Clock } from '../../domain/clock.ts';
import { type DemandAsked, type DemandRefusal, type ScaledObjectRef, statusOf } from './ask-demand.ts';

type Stream = ServerWritableStream<ScaledObjectRef, { result: boolean }>;

const LOOK_AGAIN_MS = 30_000;

/** Streams that say at once whether there is demand, and then what changes, looked at every 30 s; an error ends them. `most` at once. */
export function createActiveStreams(options: {
  ask(ref: ScaledObjectRef, bearer: string | undefined): Promise<DemandAsked<number>>;
  clock: Clock;
  most: number;
  onRefused(refusal: DemandRefusal): void;
}): { open(stream: Stream): void; count(): number; endAll(): void } {
  const { ask, clock, most, onRefused } = options;
  const open = new Map<Stream, { told: boolean | null; timer: NodeJS.Timeout | undefined }>();
  const forget = (stream: Stream) => {
    clearTimeout(open.get(stream)?.timer);
    open.delete(stream);
  };
  const fail = (stream: Stream, refusal: DemandRefusal) => {
    forget(stream);
    onRefused(refusal);
    stream.emit('error', statusOf(refusal));
  };
  const look = async (stream: Stream) => {
    const asked = await ask(stream.request, stream.metadata.get('authorization')[0]?.toString());
    const kept = open.get(stream);
    if (!kept) return;
    if (!asked.ok) return fail(stream, asked.refusal);
    const result = asked.value > 0;
    if (kept.told !== result) stream.write({ result });
    kept.told = result;
    kept.timer = setTimeout(() => void look(stream), clock.realDelay(LOOK_AGAIN_MS)).unref();
  };
  return {
    open(stream) {
      if (open.size >= most) return fail(stream, { why: 'busy', message: 'too many streams at once' });
      open.set(stream, { told: null, timer: undefined });
      stream.on('cancelled', () => forget(stream));
      void look(stream);
    },
    count: () => open.size,
    endAll() {
      for (const stream of [...open.keys()]) {
        forget(stream);
        stream.end();
      }
    },
  };
}
