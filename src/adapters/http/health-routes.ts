import type { Registry } from 'prom-client';
import { bearerIs } from '../incoming/bearer.ts';
import { type Handler, pathOf, sendJson } from './routes.ts';

const PING_MS = 2_000;

export type Part = { name: string; ping(): Promise<void> };

/** `GET /healthz` (the process answers), `/readyz` (503 with the reason while a needed part is away), `/metrics` (Prometheus). */
export function healthRoutes(options: {
  parts: Part[];
  registry: Registry;
  started(): boolean;
  /** The bearer that `/metrics` demands; none: anybody may read it. */
  metricsToken?: string | undefined;
}): Handler {
  return async (req, res) => {
    switch (pathOf(req).pathname) {
      case '/healthz':
        return sendJson(res, 200, { ok: true });
      case '/readyz': {
        const away = options.started() ? await whatIsAway(options.parts) : ['starting'];
        return sendJson(
          res,
          away.length === 0 ? 200 : 503,
          away.length === 0 ? { ready: true } : { ready: false, away },
        );
      }
      case '/metrics': {
        const { metricsToken } = options;
        if (metricsToken !== undefined && !bearerIs(req.headers.authorization, metricsToken))
          return sendJson(res, 401, {
            error: 'Authorization: the bearer token is missing or wrong (NIGHTSHIFT_METRICS_TOKEN)',
          });
        const text = await options.registry.metrics();
        res.writeHead(200, { 'content-type': options.registry.contentType });
        res.end(text);
        return true;
      }
      default:
        return false;
    }
  };
}

async function whatIsAway(parts: Part[]): Promise<string[]> {
  const answers = await Promise.all(
    parts.map((part) =>
      within(part.ping(), PING_MS).then(
        () => null,
        (error: unknown) => `${part.name}: ${error instanceof Error ? error.message : String(error)}`,
      ),
    ),
  );
  return answers.filter((answer) => answer !== null);
}

async function within(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
