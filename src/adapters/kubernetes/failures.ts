import { z } from 'zod';
import { cutText } from '../../domain/cut-text.ts';
import type { ClusterFailure } from '../../ports/cluster-result.ts';
import { ApiError } from './rest.ts';

const MAX_WORDS = 300;
/** Stands for an embedded object while braces are being taken out. */
const EMBEDDED = '\u0001';

/** The parts of a Kubernetes `Status` object that tell failures apart. */
const statusSchema = z.looseObject({
  message: z.string().optional(),
  reason: z.string().optional(),
  details: z
    .looseObject({
      retryAfterSeconds: z.number().optional(),
      causes: z
        .array(
          z.looseObject({
            reason: z.string().optional(),
            message: z.string().optional(),
            field: z.string().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});
type Status = z.infer<typeof statusSchema>;

/** Any error of a call as a failure with short words. Never throws. */
export function toFailure(error: unknown, timeoutMs: number): ClusterFailure {
  if (error instanceof ApiError) return fromStatus(error.code, statusOf(error.body), retryAfterMs(error.headers));
  const silent = isTimeout(error) ? { timedOut: true as const } : {};
  const failure = {
    kind: 'unreachable' as const,
    ...silent,
    message: networkWords(error, timeoutMs),
    retryAfterMs: null,
  };
  return wasNotSent(error) ? { ...failure, notSent: true } : failure;
}

const NOBODY_THERE = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** There was no connection at all. Any other silence may hide a change that was made, or will be. */
function wasNotSent(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && NOBODY_THERE.includes(String(cause.code));
}

/** Failures of reads that another try may mend: no connection, server overloaded or starting. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiError) return [429, 500, 502, 503, 504].includes(error.code);
  return error instanceof Error && (error.name === 'TimeoutError' || error.message === 'fetch failed');
}

/** The continue token of a paged list is too old. */
export function isExpired(error: unknown): boolean {
  return error instanceof ApiError && error.code === 410;
}

/** The API server's own words for it say nothing: "the server rejected our request due to an error in our request". */
const PATCH_TEST_FAILED = 'it is not any more as it was looked at';

function fromStatus(code: number, status: Status, headerRetryMs: number | null): ClusterFailure {
  const seconds = status.details?.retryAfterSeconds;
  const retryMs = headerRetryMs ?? (seconds ? seconds * 1000 : null);
  const kind = kindOf(code, status);
  const message = kind === 'conflict' && code === 422 ? PATCH_TEST_FAILED : statusWords(code, status);
  const failure = { kind, message, retryAfterMs: retryMs };
  // Turned away before it was looked at.
  return code === 429 ? { ...failure, notSent: true } : failure;
}

function kindOf(code: number, status: Status): ClusterFailure['kind'] {
  if (code === 401 || code === 403) return 'forbidden';
  if (code === 404 || code === 410) return 'not_found';
  if (code === 409) return 'conflict';
  // A failed `test` of a JSON patch is a 422 that names nothing: our tests are the uid and resourceVersion preconditions.
  if (code === 422) return status.details?.causes?.length ? 'invalid' : 'conflict';
  if (code === 400 || code === 413) return 'invalid';
  if (code === 405 || code === 406 || code === 415 || code === 501) return 'unsupported';
  if (isAboutBudget(code, status)) return 'blocked';
  return code === 429 || code >= 500 ? 'unreachable' : 'other';
}

function isAboutBudget(code: number, status: Status): boolean {
  const causedByBudget = status.details?.causes?.some((cause) => cause.reason === 'DisruptionBudget') ?? false;
  const says = /disruption ?budget/i.test(status.message ?? '');
  // Two budgets on one pod answer 500 without a reason; an out-of-date budget answers 429 without a cause.
  return (code === 429 && (causedByBudget || says)) || (code === 500 && says);
}

function statusWords(code: number, status: Status): string {
  const causes = (status.details?.causes ?? [])
    .map((cause) => [cause.field, cause.message].filter(Boolean).join(': '))
    .filter(Boolean);
  const message = status.message ?? '';
  if (message.length > 0 && message.length <= MAX_WORDS && !message.includes('{')) return withCause(message, causes);
  return shorten(causes.length > 0 ? causes.join('; ') : message || `The API server answered ${code}.`);
}

/** An eviction's 429 says only that it was refused; the budget is named in its cause. */
function withCause(message: string, causes: string[]): string {
  const extra = causes.filter((cause) => !message.includes(cause));
  return message.startsWith('Cannot evict') && extra.length > 0 ? shorten(`${message} ${extra.join('; ')}`) : message;
}

/** Some messages embed the whole object: what is in braces goes, and what is left is bounded to 300 characters. */
export function shorten(message: string): string {
  let text = message.replace(/\s+/g, ' ').trim();
  // From the innermost braces outwards; what is left of a cut-off object goes with its rest.
  for (let depth = 0; depth < 50 && /\{[^{}]*\}/.test(text); depth += 1) text = text.replace(/\{[^{}]*\}/g, EMBEDDED);
  const open = text.indexOf('{');
  if (open >= 0) text = `${text.slice(0, open)}${EMBEDDED}`;
  return cutText(text.replaceAll(EMBEDDED, '{…}'), MAX_WORDS);
}

function statusOf(body: string): Status {
  try {
    return statusSchema.safeParse(JSON.parse(body)).data ?? { message: body };
  } catch {
    return { message: body };
  }
}

function retryAfterMs(headers: Record<string, string>): number | null {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
}

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');

function networkWords(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return shorten(String(error));
  if (isTimeout(error)) return `The API server gave no answer within ${timeoutMs} ms.`;
  const cause = error.cause instanceof Error ? error.cause.message || error.cause.name : '';
  return shorten(`The API server can't be reached: ${cause || error.message}`);
}
