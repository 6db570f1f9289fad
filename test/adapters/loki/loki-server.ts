import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Stream = { labels: Record<string, string>; entries: { at: number; line: string }[] };
export type LokiServer = {
  url: string;
  streams: Stream[];
  asked: { query: string; limit: number; headers: IncomingMessage['headers'] }[];
  /** Answers instead of Loki when it returns true. */
  inTheWay: ((res: ServerResponse) => boolean) | null;
  stop(): Promise<void>;
};

/**
 * Answers `/loki/api/v1/query_range` and `/labels` as Loki's documentation has it: streams with their labels, entries as pairs of nanoseconds and line, the newest first, at most `limit` of all streams together;
 * an error is plain text. Selectors may have `=` and `=~` (anchored, as RE2 and JavaScript read alike).
 */
export async function startLoki(): Promise<LokiServer> {
  const loki: LokiServer = { url: '', streams: [], asked: [], inTheWay: null, stop: async () => {} };
  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://loki');
    if (loki.inTheWay?.(res)) return;
    if (pathname === '/tenants/loki/api/v1/labels') return json(res, { status: 'success', data: ['namespace', 'pod'] });
    if (pathname !== '/tenants/loki/api/v1/query_range') return text(res, 404, '404 page not found');
    const query = searchParams.get('query') ?? '';
    const limit = Number(searchParams.get('limit'));
    loki.asked.push({ query, limit, headers: req.headers });
    const wanted = selector(query);
    if (!wanted) return text(res, 400, 'parse error at line 1, col 5: syntax error: unexpected IDENTIFIER');
    if (limit > 5_000)
      return text(res, 400, 'max entries limit per query exceeded, limit > max_entries_limit_per_query');
    json(res, {
      status: 'success',
      data: { resultType: 'streams', result: found(loki.streams, wanted, searchParams), stats: {} },
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  loki.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tenants/`;
  loki.stop = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return loki;
}

type Matcher = { label: string; fits(value: string): boolean };

function selector(query: string): Matcher[] | null {
  const inside = /^\{(.*)\}$/s.exec(query)?.[1];
  if (inside === undefined) return null;
  const matchers: Matcher[] = [];
  let rest = inside;
  while (rest !== '') {
    const match = /^(\w+)(=~|=)("(?:[^"\\\n]|\\.)*")(?:,|$)/.exec(rest);
    if (!match) return null;
    const [whole, label = '', operator, quoted = '""'] = match;
    const value = JSON.parse(quoted) as string;
    const pattern = operator === '=~' ? new RegExp(`^(?:${value})$`) : null;
    matchers.push({ label, fits: (text) => (pattern ? pattern.test(text) : text === value) });
    rest = rest.slice(whole.length);
  }
  return matchers;
}

function found(streams: Stream[], wanted: Matcher[], parameters: URLSearchParams) {
  const [from, to] = [BigInt(parameters.get('start') ?? 0), BigInt(parameters.get('end') ?? 0)];
  const nanoseconds = (at: number) => BigInt(at) * 1_000_000n + 123n;
  const entries = streams
    .filter(({ labels }) => wanted.every(({ label, fits }) => fits(labels[label] ?? '')))
    .flatMap((stream) => stream.entries.map(({ at, line }) => ({ stream, at: nanoseconds(at), line })))
    .filter(({ at }) => at >= from && at < to)
    .sort((left, right) => Number(right.at - left.at))
    .slice(0, Number(parameters.get('limit')));
  return streams
    .map((stream) => ({
      stream: stream.labels,
      values: entries.filter((one) => one.stream === stream).map(({ at, line }) => [String(at), line]),
    }))
    .filter(({ values }) => values.length > 0);
}

function json(res: ServerResponse, body: unknown): void {
  res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function text(res: ServerResponse, status: number, message: string): void {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}
