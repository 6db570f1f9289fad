export type PageRequest = {
  dedupKey: string;
  summary: string;
  severity: 'critical' | 'error' | 'warning' | 'info';
  source: string;
  link: string | null;
  /** More to read: a runbook, a dashboard. */
  links?: { href: string; text: string }[];
  details: Record<string, string>;
};

export type Pager = {
  configured: boolean;
  trigger(page: PageRequest): Promise<{ ok: true } | { ok: false; message: string; retryAfterMs: number | null }>;
  acknowledge(dedupKey: string): Promise<{ ok: true } | { ok: false; message: string; retryAfterMs: number | null }>;
  resolve(dedupKey: string): Promise<{ ok: true } | { ok: false; message: string; retryAfterMs: number | null }>;
};
