import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { isTree, type Tree } from '../tree.ts';
import { badRequest, type Failure, fail, type Outcome, succeed, unsupportedMediaType } from './failure.ts';
import { jsonOfProtobuf } from './protobuf.ts';

/** Where a request points: `/api[s]/group/version[/namespaces/ns]/plural[/name[/subresource]]`. */
export type Target = {
  group: string;
  version: string;
  namespace?: string;
  plural: string;
  name?: string;
  subresource?: string;
};

/** Takes a resource path apart; undefined when it isn't one. */
export function targetOf(path: string): Target | undefined {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const root = parts.shift();
  const group = root === 'apis' ? parts.shift() : '';
  const version = parts.shift();
  if ((root !== 'api' && root !== 'apis') || group === undefined || version === undefined) return undefined;
  let namespace: string | undefined;
  // /namespaces/shop and /namespaces/shop/status are the namespace itself, anything longer is something in it.
  if (parts[0] === 'namespaces' && parts.length > 2 && parts[2] !== 'status' && parts[2] !== 'finalize') {
    namespace = parts[1];
    parts.splice(0, 2);
  }
  const [plural, name, subresource, ...rest] = parts;
  if (plural === undefined || rest.length > 0) return undefined;
  return {
    group,
    version,
    plural,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** A request with its body read. */
export type Request = {
  method: string;
  path: string;
  query: URLSearchParams;
  accept: string;
  contentType: string;
  userAgent: string;
  /** Who asks, where somebody says so (a token `system:serviceaccount:NAMESPACE:NAME`, or kubectl's --as): their roles then count. */
  user?: string;
  body: string;
};

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const LARGEST_BODY = 3 * 1024 * 1024;

export async function readRequest(req: IncomingMessage, url: URL): Promise<Outcome<Request>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= LARGEST_BODY) chunks.push(chunk);
  }
  if (size > LARGEST_BODY) {
    const message = `Request entity too large: limit is ${LARGEST_BODY}`;
    return fail({ code: 413, reason: 'RequestEntityTooLarge', message });
  }
  const contentType = (req.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';
  const bytes = Buffer.concat(chunks);
  const meant = contentType === PROTOBUF ? jsonOfProtobuf(bytes) : undefined;
  return succeed({
    method: req.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    accept: req.headers.accept ?? '*/*',
    contentType: meant === undefined ? contentType : 'application/json',
    userAgent: req.headers['user-agent'] ?? '',
    ...userOf(req),
    body: meant === undefined ? bytes.toString('utf8') : JSON.stringify(meant),
  });
}

function userOf({ headers }: IncomingMessage): { user?: string } {
  const impersonated = headers['impersonate-user'];
  const [, token] = /^Bearer (system:\S+)$/.exec(headers.authorization ?? '') ?? [];
  const user = typeof impersonated === 'string' ? impersonated : token;
  return user === undefined ? {} : { user };
}

/** The body as JSON (or YAML where the content type says so). */
export function parseBody(request: Request): Outcome<unknown> {
  if (request.contentType.includes('protobuf') || request.contentType.includes('cbor')) {
    return fail(
      unsupportedMediaType(
        'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml (the sandbox reads protobuf only of the kinds and fields that kubectl create sends: use --dry-run=client -o yaml | kubectl apply -f -)',
      ),
    );
  }
  // No Kubernetes field is called so, and an object with such a key would be no plain object any more.
  if (request.body.includes('__proto__')) return fail(badRequest('__proto__ is not a field name'));
  try {
    const yaml = request.contentType.includes('yaml') && !request.body.trimStart().startsWith('{');
    return succeed(yaml ? (parseYaml(request.body) as unknown) : (JSON.parse(request.body) as unknown));
  } catch (error) {
    return fail(badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`));
  }
}

/** The body as a JSON object; an empty body is an empty object. */
export function parseObject(request: Request): Outcome<Tree> {
  if (request.body.trim() === '') return succeed({});
  const parsed = parseBody(request);
  if (!parsed.ok) return parsed;
  return isTree(parsed.value) ? succeed(parsed.value) : fail(badRequest('the body must be a JSON object'));
}

/** 400 for a dryRun value other than All, as in Kubernetes; undefined when it is fine. */
export function dryRunRefusal(query: URLSearchParams): Failure | undefined {
  const values = query.getAll('dryRun').filter((value) => value !== '');
  if (values.every((value) => value === 'All')) return undefined;
  return {
    code: 422,
    reason: 'Invalid',
    message: `Invalid value: "${values.join(',')}": supported values: "All"`,
    details: {},
  };
}

/** The manager that a write is recorded under: the query's, or the first word of the user agent. */
export function managerOf(request: Request): string {
  const named = request.query.get('fieldManager');
  if (named !== null && named !== '') return named;
  return request.userAgent.split('/')[0]?.trim() || 'unknown';
}
