import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { headOf } from '../../domain/cut-text.ts';
import type { Intake, Taken } from './intake.ts';
import { encodeResponse, type Signal } from './messages.ts';
import type { Tls } from './tls.ts';

const SIGNALS: Record<string, Signal> = { '/v1/traces': 'traces', '/v1/logs': 'logs', '/v1/metrics': 'metrics' };
const JSON_TYPE = 'application/json';
const PROTOBUF_TYPE = 'application/x-protobuf';

/** OTLP/HTTP, protobuf and JSON, plain or gzip. What can be sent again later is answered 429 with Retry-After; what never can, 4xx. */
export function createHttpServer(intake: Intake, tls: Tls | null, maxBodyBytes: number): Server {
  const listener: RequestListener = (req, res) => {
    void answer(intake, maxBodyBytes, req, res).catch(() => res.destroy());
  };
  return tls
    ? (createTlsServer({ cert: tls.cert, key: tls.key }, listener) as unknown as Server)
    : createServer(listener);
}

async function answer(intake: Intake, limit: number, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const signal = SIGNALS[(req.url ?? '').split('?')[0]!];
  const type = (req.headers['content-type'] ?? '').split(';')[0]!.trim();
  const encoding = req.headers['content-encoding'] ?? 'identity';
  if (!signal) return refuse(res, type, 404, 'there are /v1/traces, /v1/logs and /v1/metrics');
  if (req.method !== 'POST') return refuse(res, type, 405, 'POST only');
  if (!intake.authorised(req.headers.authorization)) return refuse(res, type, 401, 'a bearer token is needed');
  if (type !== JSON_TYPE && type !== PROTOBUF_TYPE)
    return refuse(res, type, 415, `content-type must be ${PROTOBUF_TYPE} or ${JSON_TYPE}`);
  if (encoding !== 'identity' && encoding !== 'gzip')
    return refuse(res, type, 415, 'content-encoding must be gzip or absent');
  if (!intake.room(Number(req.headers['content-length'] ?? 0))) return reply(res, type, intake.refuse());
  const bytes = await readBody(intake, req, limit);
  if (bytes === 'too_large') return refuse(res, type, 413, `at most ${limit} bytes are taken at once`);
  if (bytes === 'busy') return reply(res, type, intake.refuse());
  const body = {
    bytes,
    encoding: type === JSON_TYPE ? ('json' as const) : ('protobuf' as const),
    gzip: encoding === 'gzip',
    senderIp: req.socket.remoteAddress ?? null,
  };
  reply(res, type, await intake.take(signal, body));
}

/** What is being read waits already: a sender that doesn't say how much it will be can't get around the limit. */
async function readBody(intake: Intake, req: IncomingMessage, limit: number): Promise<Buffer | 'too_large' | 'busy'> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      if (size + chunk.length > limit) return 'too_large';
      if (!intake.room(chunk.length)) return 'busy';
      size += chunk.length;
      intake.hold(chunk.length);
      chunks.push(chunk);
    }
  } finally {
    intake.hold(-size);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

const STATUS = { too_large: 413, unauthorised: 401, unreadable: 400 } as const;

function reply(res: ServerResponse, type: string, taken: Taken): void {
  if (taken.kind === 'busy') {
    res.setHeader('retry-after', String(Math.ceil(taken.retryAfterMs / 1000)));
    refuse(res, type, 429, 'too much at once: send it again later');
  } else if (taken.kind === 'refused') {
    refuse(res, type, STATUS[taken.why], taken.message);
  } else {
    const { count, why } = taken.dropped;
    const json = count > 0 ? { partialSuccess: { rejected: count, errorMessage: why } } : {};
    end(res, 200, type, type === JSON_TYPE ? JSON.stringify(json) : encodeResponse(count, why));
  }
}

/** The body of a refusal is google.rpc.Status; its message is field 2. */
function refuse(res: ServerResponse, type: string, status: number, message: string): void {
  const text = Buffer.from(headOf(message, 120), 'utf8');
  const json = type === JSON_TYPE;
  const body = json ? JSON.stringify({ message: message }) : Buffer.concat([Buffer.from([0x12, text.length]), text]);
  end(res, status, json ? type : PROTOBUF_TYPE, body);
}

function end(res: ServerResponse, status: number, type: string, body: string | Buffer): void {
  // A sender that is refused before its body was read must not go on sending it on this connection.
  if (status >= 400) res.setHeader('connection', 'close');
  res.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  res.end(body);
}
