import { z } from 'zod';
import { headOf } from '../../domain/cut-text.ts';
import type { AlertManager, Silence } from '../../ports/alert-manager.ts';
import { callFailure, createHttpClient, type SignIn } from '../outgoing/http-client.ts';

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MOST_SILENCES = 500;

const silenceSchema = z.looseObject({
  id: z.string(),
  status: z.looseObject({ state: z.string() }),
  matchers: z.array(z.looseObject({ name: z.string(), value: z.string() })),
  createdBy: z.string().default(''),
  comment: z.string().default(''),
  endsAt: z.string(),
});

/** Its configuration as it shows it: YAML, with `<secret>` for what is secret. */
export async function readAlertmanagerConfig(
  options: SignIn & { url: string; timeoutMs: number },
): Promise<{ ok: true; value: string } | { ok: false; message: string }> {
  const http = createHttpClient({ ...options, maxBodyBytes: MAX_BODY_BYTES });
  return asking(options.timeoutMs)(async () => {
    const { data } = await http.get<unknown>('/api/v2/status');
    return statusSchema.parse(data).config.original;
  });
}

const asking =
  (timeoutMs: number) =>
  async <T>(ask: () => Promise<T>): Promise<{ ok: true; value: T } | { ok: false; message: string }> => {
    try {
      return { ok: true, value: await ask() };
    } catch (error) {
      const { message } = callFailure(error, 'Alertmanager', 'ALERTMANAGER_API', timeoutMs);
      return { ok: false, message: headOf(message.replaceAll('ALERTMANAGER_API_URL', 'ALERTMANAGER_URL'), 300) };
    }
  };
const alertsSchema = z.array(z.looseObject({ labels: z.looseObject({}) }));
const statusSchema = z.looseObject({ config: z.looseObject({ original: z.string() }) });

/** Alertmanager's HTTP API, version 2. `url` is the base URL; a path prefix is kept. */
export function connectAlertmanager(options: SignIn & { url: string; timeoutMs: number }): AlertManager {
  const http = createHttpClient({ ...options, maxBodyBytes: MAX_BODY_BYTES });
  const asked = asking(options.timeoutMs);
  return {
    firing: () =>
      asked(async () => {
        const query = 'active=true&silenced=false&inhibited=false&unprocessed=false';
        const { data } = await http.get<unknown>(`/api/v2/alerts?${query}`);
        // A login page isn't an Alertmanager at which nothing fires.
        if (!alertsSchema.safeParse(data).success) throw new Error('what answers there tells of no alerts');
        return data;
      }),
    silence: ({ matchers, by, comment, from, until }) =>
      asked(async () => {
        const { data } = await http.post<unknown>('/api/v2/silences', {
          matchers: matchers.map((one) => ({ ...one, isRegex: false, isEqual: true })),
          createdBy: by,
          comment,
          startsAt: new Date(from).toISOString(),
          endsAt: new Date(until).toISOString(),
        });
        return z.looseObject({ silenceID: z.string() }).parse(data).silenceID;
      }),
    silences: () =>
      asked(async () => {
        const { data } = await http.get<unknown>('/api/v2/silences');
        return z
          .array(silenceSchema)
          .parse(data)
          .filter(({ status }) => status.state === 'active')
          .map(silenceOf)
          .sort((a, b) => a.until - b.until)
          .slice(0, MOST_SILENCES);
      }),
    lift: (id) =>
      asked(async () => {
        await http.delete(`/api/v2/silence/${encodeURIComponent(id)}`);
        return null;
      }),
  };
}

const silenceOf = ({ id, matchers, createdBy, comment, endsAt }: z.infer<typeof silenceSchema>): Silence => ({
  id,
  matchers: matchers.map(({ name, value }) => ({ name, value })),
  by: createdBy,
  comment,
  until: Date.parse(endsAt),
});
