import type { IncomingMessage } from 'node:http';
import type { Json } from './model.ts';

/** The whole body, or null when it is longer than `limitBytes` (the rest is read and dropped, so that an answer can be sent). */
export async function readBody(req: IncomingMessage, limitBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= limitBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length > limitBytes ? null : Buffer.concat(chunks);
}

/** Arguments of a Web API call: form-encoded, JSON or multipart, with the query's underneath. Null when the body isn't what it says it is. */
export function parseArguments(contentType: string, body: Buffer, query: URLSearchParams): Json | null {
  const fromQuery = Object.fromEntries(query);
  const text = body.toString('utf8');
  if (text.trim() === '') return fromQuery;
  if (contentType.startsWith('multipart/form-data')) return { ...fromQuery, ...multipartFields(contentType, body) };
  if (contentType.startsWith('application/json')) {
    const parsed = parseJson(text);
    return isRecord(parsed) ? { ...fromQuery, ...parsed } : null;
  }
  return { ...fromQuery, ...Object.fromEntries(new URLSearchParams(text)) };
}

/** The value, or undefined when it isn't JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Form-encoded calls carry structures as JSON text; JSON calls carry them as they are. Undefined when absent or not JSON. */
export function structure(value: unknown): unknown {
  return typeof value === 'string' ? parseJson(value) : (value ?? undefined);
}

type Part = { name: string; filename: string | null; bytes: Buffer };

/** Parts of a multipart body (RFC 7578), as far as clients of Slack use it. */
function multipartParts(contentType: string, body: Buffer): Part[] {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) return [];
  const parts: Part[] = [];
  const mark = Buffer.from(`--${boundary}`);
  let at = body.indexOf(mark);
  while (at !== -1) {
    const next = body.indexOf(mark, at + mark.length);
    if (next === -1) break;
    const headEnd = body.indexOf('\r\n\r\n', at);
    if (headEnd !== -1 && headEnd < next) {
      const head = body.subarray(at, headEnd).toString('utf8');
      const name = /\bname="([^"]*)"/.exec(head)?.[1] ?? '';
      parts.push({
        name,
        filename: /\bfilename="([^"]*)"/.exec(head)?.[1] ?? null,
        bytes: body.subarray(headEnd + 4, next - 2),
      });
    }
    at = next;
  }
  return parts;
}

function multipartFields(contentType: string, body: Buffer): Json {
  return Object.fromEntries(multipartParts(contentType, body).map((part) => [part.name, part.bytes.toString('utf8')]));
}

/** The bytes of an upload: a bare body, or the file part of a multipart one. */
export function uploadedBytes(contentType: string, body: Buffer): Buffer {
  if (!contentType.startsWith('multipart/form-data')) return body;
  const parts = multipartParts(contentType, body);
  return (parts.find((part) => part.filename !== null) ?? parts[0])?.bytes ?? Buffer.alloc(0);
}
