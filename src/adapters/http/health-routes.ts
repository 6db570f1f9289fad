import type { Registry } from 'prom-client';
import { within } from '../../timing/within.ts';
import { bearerIs } from '../incoming/bearer.ts';
import { type Handler, pathOf, sendJson } from './routes.ts';

const PING_MS = 2_000;
/** What was seen is told again for so long, whoever asks: probes cost nothing. */
const SEEN_MS = 2_000;

/** `ping` rejects with what is wrong. `needed`: without it no alert can be taken. */
export type HealthPart = { name: string; needed?: boolean; ping(): Promise<void> };
type Seen = { name: string; ok: boolean; message: string };

/** `GET /healthz` (the process answers; with `?verbose` every part), `/readyz` (503 with the reason while no alert can be taken), `/metrics` (Prometheus). */
export function healthRoutes(options: {
  parts: HealthPart[];
  registry: Registry;
  started(): boolean;
  /** The bearer that `/metrics` demands; none: anybody may read it. */
  metricsToken?: string | undefined;
}): Handler {
  const needed = kept(() => look(options.parts.filter((part) => part.needed)));
  const every = kept(() => look(options.parts));
  return async (req, res) => {
    const { pathname, searchParams } = pathOf(req);
    switch (pathname) {
      case '/healthz':
        return sendJson(res, 200, searchParams.has('verbose') ? { ok: true, parts: await every() } : { ok: true });
      case '/readyz': {
        const away = options.started() ? awayOf(await needed()) : ['starting'];
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

const awayOf = (seen: Seen[]): string[] =>
  seen.filter(({ ok }) => !ok).map(({ name, message }) => `${name}: ${message}`);

async function look(parts: HealthPart[]): Promise<Seen[]> {
  return Promise.all(
    parts.map(({ name, ping }) =>
      within(
        ping().then(() => true),
        PING_MS,
      ).then(
        (answered) => ({ name, ok: answered === true, message: answered ? '' : 'no answer' }),
        (error: unknown) => ({ name, ok: false, message: error instanceof Error ? error.message : String(error) }),
      ),
    ),
  );
}

/** Asked once for all who ask meanwhile and shortly after. */
function kept<T>(ask: () => Promise<T>): () => Promise<T> {
  let last: { at: number; answer: Promise<T> } | null = null;
  return () => {
    if (last === null || performance.now() - last.at > SEEN_MS) last = { at: performance.now(), answer: ask() };
    return last.answer;
  };
}
