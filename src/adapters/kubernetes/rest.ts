import { type Dispatcher, fetch } from 'undici';

/** A kind of object as the API's paths name it; the core group is ''. */
export type Resource = { group: string; version: string; plural: string };

export const CORE = { group: '', version: 'v1' } as const;

/** An object, or without a name a list of them; without a namespace those of the cluster. */
export type Where = Resource & { namespace?: string | null; name?: string; subresource?: string };

export const PATCH = {
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export type Request = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  /** What is undefined is left out. */
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  /** Of the body; JSON when not given. */
  contentType?: string;
  accept?: string;
};

/** What proves who asks: headers, and a dispatcher that knows the cluster's certificates and proxy. */
export type Credentials = { headers: Record<string, string>; dispatcher: Dispatcher | undefined };

export type Server = {
  url: string;
  /** Asked before each call: tokens are renewed. Absent: nobody in particular asks. */
  signIn?: (method: Request['method'], url: string) => Promise<Credentials>;
};

/** The API server said no: its HTTP status and what it sent with it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly body: string;
  readonly headers: Record<string, string>;

  constructor(code: number, body: string, headers: Record<string, string>) {
    super(`The API server answered ${code}.`);
    this.code = code;
    this.body = body;
    this.headers = headers;
  }
}

/** Every part is escaped: names come from alerts. */
export function resourcePathOf({ group, version, plural, namespace, name, subresource }: Where): string {
  const parts = [...(namespace ? ['namespaces', namespace] : []), plural, name, subresource];
  return [apiPath(group, version), ...parts.flatMap((part) => (part ? encodeURIComponent(part) : []))].join('/');
}

/** Where a group tells what it serves. */
export const apiPath = (group: string, version: string): string =>
  (group === '' ? ['api', version] : ['apis', group, version]).map(encodeURIComponent).join('/');

/** The body of a good answer. Throws ApiError for any other, and what `fetch` throws when there is none within `timeoutMs`. */
export async function send(
  server: Server,
  request: Request,
  { timeoutMs, userAgent }: { timeoutMs: number; userAgent: string },
): Promise<string> {
  const url = urlOf(server.url, request);
  const signal = AbortSignal.timeout(timeoutMs);
  const { headers, dispatcher } = (await server.signIn?.(request.method, url)) ?? NOBODY;
  const answer = await fetch(url, {
    method: request.method,
    headers: {
      ...headers,
      accept: request.accept ?? 'application/json',
      'user-agent': userAgent,
      ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
    },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    ...(dispatcher ? { dispatcher } : {}),
    signal,
  });
  const text = await boundedText(answer.body);
  if (!answer.ok) throw new ApiError(answer.status, text, Object.fromEntries(answer.headers));
  return text;
}

/** A page of 500 large pods is some 10 MB. */
const MOST_BYTES = 48 * 1024 * 1024;

/** The server answered more than is taken: a broken proxy, or somebody who is not an API server. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

/** Counts while it reads: what is too large is never held. */
async function boundedText(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  if (!body) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new AnswerTooLarge(`it answered more than ${MOST_BYTES / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const NOBODY: Credentials = { headers: {}, dispatcher: undefined };

function urlOf(server: string, { path, query = {} }: Request): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const search = new URLSearchParams(given).toString();
  return `${server.replace(/\/$/, '')}/${path}${search ? `?${search}` : ''}`;
}
