import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { headOf } from '../../domain/cut-text.ts';
import type { Dropped, TelemetrySink } from '../../domain/telemetry.ts';
import { bearerIs } from '../incoming/bearer.ts';
import {
  decodeJson,
  decodeProtobuf,
  type LogsRequest,
  type MetricsRequest,
  type Signal,
  type TracesRequest,
} from './messages.ts';
import { readLogRecords, readPoints, readSpans, type SourceOf } from './records.ts';
import { type PodByIp, type SpeaksFor, sourceOf } from './source.ts';

const unzip = promisify(gunzip);

export type IntakeOptions = {
  sink: TelemetrySink;
  podByIp: PodByIp;
  speaksFor?: SpeaksFor | undefined;
  /** Senders must show it as `Authorization: Bearer …`; null: anybody may send. */
  token: string | null;
  /** A body that is larger, or would be when unpacked, is refused for good. */
  maxBodyBytes: number;
  /** Bodies that wait or are being read; above it senders are asked to come again. */
  maxPendingBytes: number;
};

export type Counts = { taken: Record<Signal, number>; dropped: Record<string, number>; refusedRequests: number };

export type Taken =
  | { kind: 'taken'; dropped: Dropped }
  | { kind: 'refused'; why: 'unauthorised' | 'too_large' | 'unreadable'; message: string }
  | { kind: 'busy'; retryAfterMs: number };

export type Body = { bytes: Buffer; encoding: 'protobuf' | 'json'; gzip: boolean; senderIp: string | null };

/** What gRPC and HTTP have in common: who may send, how much at once, decoding, and the count of what was lost. */
export type Intake = {
  counts: Counts;
  authorised(header: string | undefined): boolean;
  /** Whether so many bytes more may wait. */
  room(bytes: number): boolean;
  /** Counts bytes that wait, or (negative) no longer do. */
  hold(bytes: number): void;
  take(signal: Signal, body: Body): Promise<Taken>;
  refuse(): { kind: 'busy'; retryAfterMs: number };
};

const RETRY_AFTER_MS = 5_000;

export function createIntake(options: IntakeOptions): Intake {
  const counts: Counts = { taken: { traces: 0, logs: 0, metrics: 0 }, dropped: {}, refusedRequests: 0 };
  let pending = 0;
  let turn: Promise<void> = Promise.resolve();
  const room = (bytes: number) => pending + bytes <= options.maxPendingBytes;
  const refuse: Intake['refuse'] = () => {
    counts.refusedRequests += 1;
    return { kind: 'busy', retryAfterMs: RETRY_AFTER_MS };
  };
  return {
    counts,
    authorised: (header) => options.token === null || bearerIs(header, options.token),
    room,
    refuse,
    hold(bytes) {
      pending += bytes;
    },
    async take(signal, body) {
      if (!room(body.bytes.length)) return refuse();
      pending += body.bytes.length;
      // One batch a turn of the event loop: between two of them everything else gets its turn.
      const mine = turn.then(() => new Promise<void>((resolve) => setImmediate(resolve)));
      turn = mine;
      try {
        await mine;
        return await read(options, counts, signal, body);
      } finally {
        pending -= body.bytes.length;
      }
    },
  };
}

async function read(options: IntakeOptions, counts: Counts, signal: Signal, body: Body): Promise<Taken> {
  const unpacked = await unpack(body, options.maxBodyBytes);
  if (!Buffer.isBuffer(unpacked)) return unpacked;
  const known = new Map<object | undefined, ReturnType<SourceOf>>();
  const who: SourceOf = (resource) => {
    if (!known.has(resource))
      known.set(resource, sourceOf(resource, body.senderIp, options.podByIp, options.speaksFor));
    return known.get(resource)!;
  };
  let read: { taken: number; dropped: Dropped; unreadable: number };
  try {
    const message =
      body.encoding === 'json' ? decodeJson(signal, unpacked.toString('utf8')) : decodeProtobuf(signal, unpacked);
    read = await deliver(options, signal, message, who);
  } catch (error) {
    return {
      kind: 'refused',
      why: 'unreadable',
      message: error instanceof Error ? headOf(error.message, 200) : 'unreadable',
    };
  }
  counts.taken[signal] += read.taken - read.dropped.count;
  count(counts, read.dropped.why, read.dropped.count);
  count(counts, 'no sender, id or time', read.unreadable);
  const lost = read.dropped.count + read.unreadable;
  return { kind: 'taken', dropped: { count: lost, why: read.dropped.why || 'no sender, id or time' } };
}

function count(counts: Counts, why: string, by: number): void {
  if (by > 0) counts.dropped[why] = (counts.dropped[why] ?? 0) + by;
}

async function deliver({ sink, speaksFor }: IntakeOptions, signal: Signal, message: object, who: SourceOf) {
  if (signal === 'traces') {
    const { records, unreadable } = readSpans(message as TracesRequest, who);
    return { taken: records.length, dropped: sink.spans(records), unreadable };
  }
  if (signal === 'logs') {
    const { records, unreadable } = readLogRecords(message as LogsRequest, who);
    return { taken: records.length, dropped: await sink.logs(records), unreadable };
  }
  const { records, unreadable } = readPoints(message as MetricsRequest, who, speaksFor);
  return { taken: records.length, dropped: sink.points(records), unreadable };
}

async function unpack({ bytes, gzip }: Body, maxBodyBytes: number): Promise<Buffer | Taken> {
  const tooLarge: Taken = {
    kind: 'refused',
    why: 'too_large',
    message: `at most ${maxBodyBytes} bytes are taken at once`,
  };
  if (bytes.length > maxBodyBytes) return tooLarge;
  if (!gzip) return bytes;
  try {
    return await unzip(bytes, { maxOutputLength: maxBodyBytes });
  } catch (error) {
    if (error instanceof RangeError) return tooLarge;
    return { kind: 'refused', why: 'unreadable', message: 'the body is not gzip' };
  }
}
