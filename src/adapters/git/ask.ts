import type { z } from 'zod';
import { headOf } from '../../domain/cut-text.ts';
import type { GitFailure, GitResult } from '../../ports/git-host.ts';
import { callFailureWords, type HttpClient } from '../outgoing/http-client.ts';

export type Call = {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  query?: Record<string, string | number>;
  body?: unknown;
};

/** One call of a Git host's API; what it answers is held against the schema. `status`: of what it refuses. */
export async function ask<T>(
  http: HttpClient,
  { method, path, query, body }: Call,
  schema: z.ZodType<T>,
): Promise<GitResult<T> & { status: number | null }> {
  try {
    const answer = await http.request({
      ...{ method, url: path },
      ...(query === undefined ? {} : { params: query }),
      ...(body === undefined ? {} : { data: body }),
    });
    const read = schema.safeParse(answer.data);
    if (read.success) return { ok: true, value: read.data, status: answer.status };
    return failed('unreachable', `${path} was answered in a shape that isn't known.`, answer.status);
  } catch (error) {
    const words = callFailureWords(error);
    if (!words) throw error;
    const { status, message } = words;
    if (status === null) return failed('unreachable', `The Git host can't be reached: ${headOf(message, 200)}.`, null);
    return failed(KINDS[status] ?? 'unreachable', `The Git host ${SAYS[status] ?? `answered ${status}`}.`, status);
  }
}

const KINDS: Record<number, GitFailure['kind']> = {
  401: 'refused',
  403: 'refused',
  404: 'not_found',
  409: 'conflict',
  422: 'conflict',
};
const SAYS: Record<number, string> = {
  401: 'does not know the token (401)',
  403: 'refuses the token (403): it needs to read and write contents and pull requests',
  404: 'has no such repository or commit, or the token may not see it (404)',
};

export const failed = (kind: GitFailure['kind'], message: string, status: number | null) => ({
  ok: false as const,
  failure: { kind, message },
  status,
});
