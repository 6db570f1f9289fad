import type { Resource } from './resources.ts';

export type Cause = { reason: string; message: string; field?: string };
export type FailureDetails = {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: Cause[];
  retryAfterSeconds?: number;
};

/** A refusal as the API server words it; `respond` turns it into a Status object. */
export type Failure = { code: number; reason: string; message: string; details?: FailureDetails };

/** What a request came to. Warnings become `Warning: 299` headers. */
export type Outcome<T> = { ok: true; value: T; warnings?: readonly string[] } | { ok: false; failure: Failure };

export function succeed<T>(value: T, warnings: readonly string[] = []): Outcome<T> {
  return { ok: true, value, warnings };
}

export function fail(failure: Failure): { ok: false; failure: Failure } {
  return { ok: false, failure };
}

type Named = Pick<Resource, 'group' | 'plural' | 'kind'>;

function qualified(resource: Named): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

function about(resource: Named, name: string): FailureDetails {
  return { name, ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.plural };
}

export function notFound(resource: Named, name: string): Failure {
  return {
    code: 404,
    reason: 'NotFound',
    message: `${qualified(resource)} "${name}" not found`,
    details: about(resource, name),
  };
}

/** The answer for a path that no server knows. */
export const PAGE_NOT_FOUND: Failure = {
  code: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
  details: {},
};

export function alreadyExists(resource: Named, name: string): Failure {
  return {
    code: 409,
    reason: 'AlreadyExists',
    message: `${qualified(resource)} "${name}" already exists`,
    details: about(resource, name),
  };
}

export const STALE = 'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(resource: Named, name: string, why: string): Failure {
  return {
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    details: about(resource, name),
  };
}

/** 422 with one cause per broken field. */
export function invalid(resource: Named, name: string, causes: readonly Cause[]): Failure {
  const words = causes.map((cause) => (cause.field === undefined ? cause.message : `${cause.field}: ${cause.message}`));
  const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
  return {
    code: 422,
    reason: 'Invalid',
    message: `${kind} "${name}" is invalid: ${words.length === 1 ? words[0] : `[${words.join(', ')}]`}`,
    details: {
      name,
      ...(resource.group === '' ? {} : { group: resource.group }),
      kind: resource.kind,
      causes: [...causes],
    },
  };
}

export function forbidden(resource: Named, name: string, why: string): Failure {
  return {
    code: 403,
    reason: 'Forbidden',
    message: `${qualified(resource)} "${name}" is forbidden: ${why}`,
    details: about(resource, name),
  };
}

export function badRequest(message: string): Failure {
  return { code: 400, reason: 'BadRequest', message };
}

export function unsupportedMediaType(message: string): Failure {
  return { code: 415, reason: 'UnsupportedMediaType', message };
}

export function methodNotAllowed(): Failure {
  return {
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  };
}

/** Something that real clusters have and this one doesn't: said by name, never guessed at. */
export function notImplemented(what: string): Failure {
  return { code: 501, reason: 'NotImplemented', message: `the sandbox's API server doesn't implement ${what}` };
}

export function expired(): Failure {
  return { code: 410, reason: 'Expired', message: 'too old resource version' };
}
