import type { ServerResponse } from 'node:http';
import type { Failure } from './failure.ts';

/** What to send back; `stream` writes its own head and body for as long as it lasts. */
export type Answer =
  | { kind: 'json'; code: number; body: unknown; warnings: readonly string[] }
  | { kind: 'failure'; failure: Failure }
  | { kind: 'text'; code: number; text: string }
  | { kind: 'bytes'; type: string; content: Buffer }
  | { kind: 'stream'; start(res: ServerResponse): void };

export function json(code: number, body: unknown, warnings: readonly string[] = []): Answer {
  return { kind: 'json', code, body, warnings };
}

export function refuse(failure: Failure): Answer {
  return { kind: 'failure', failure };
}

export function text(code: number, content: string): Answer {
  return { kind: 'text', code, text: content };
}

export function bytes(type: string, content: Buffer): Answer {
  return { kind: 'bytes', type, content };
}

export function stream(start: (res: ServerResponse) => void): Answer {
  return { kind: 'stream', start };
}

/** The Status object for a refusal. */
export function statusOf(failure: Failure): Record<string, unknown> {
  const { code, reason, message, details } = failure;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

export function writeAnswer(res: ServerResponse, answer: Answer): void {
  switch (answer.kind) {
    case 'json':
      if (answer.warnings.length > 0) {
        const lines = answer.warnings.map((warning) => `299 - "${warning.replaceAll('"', '\\"')}"`);
        res.setHeader('Warning', lines);
      }
      end(res, answer.code, 'application/json', JSON.stringify(answer.body));
      return;
    case 'failure': {
      const seconds = answer.failure.details?.retryAfterSeconds;
      if (seconds !== undefined) res.setHeader('Retry-After', String(seconds));
      end(res, answer.failure.code, 'application/json', JSON.stringify(statusOf(answer.failure)));
      return;
    }
    case 'text':
      end(res, answer.code, 'text/plain; charset=utf-8', answer.text);
      return;
    case 'bytes':
      end(res, 200, answer.type, answer.content);
      return;
    case 'stream':
      answer.start(res);
  }
}

function end(res: ServerResponse, code: number, type: string, content: string | Buffer): void {
  res.writeHead(code, { 'content-type': type, 'content-length': Buffer.byteLength(content) });
  res.end(content);
}
