export type LoggedRequest = {
  method: string;
  path: string;
  query: string;
  userAgent: string;
  code: number;
  /** Sandbox time, epoch ms. */
  at: number;
  body?: string;
};

/** The last requests. Changes are kept apart from reads, so that reads never crowd them out. */
export type RequestLog = {
  add(request: LoggedRequest): void;
  all(): LoggedRequest[];
  restore(saved: LoggedRequest[]): void;
};

const MOST_READS = 500;
const MOST_CHANGES = 2000;
const LONGEST_BODY = 4000;

export function createRequestLog(): RequestLog {
  let reads: LoggedRequest[] = [];
  let changes: LoggedRequest[] = [];
  const isRead = (request: LoggedRequest): boolean => request.method === 'GET' || request.method === 'HEAD';
  return {
    add: (request) => {
      if (isRead(request)) {
        reads.push(request);
        if (reads.length > 2 * MOST_READS) reads = reads.slice(-MOST_READS);
        return;
      }
      const { body } = request;
      changes.push(
        body === undefined || body.length <= LONGEST_BODY ? request : { ...request, body: body.slice(0, LONGEST_BODY) },
      );
      if (changes.length > 2 * MOST_CHANGES) changes = changes.slice(-MOST_CHANGES);
    },
    all: () => [...reads.slice(-MOST_READS), ...changes.slice(-MOST_CHANGES)].sort((a, b) => a.at - b.at),
    restore: (saved) => {
      reads = saved.filter(isRead);
      changes = saved.filter((request) => !isRead(request));
    },
  };
}
