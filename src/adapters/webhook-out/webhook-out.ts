import { createHmac } from 'node:crypto';
import type { WebhookOut } from '../../ports/webhook-out.ts';
import { callFailureWords, createHttpClient, isCallError, shownUrl } from '../outgoing/http-client.ts';

const CALL_MS = 10_000;
/** Of an answer nothing is wanted. */
const MOST_BYTES = 64 * 1024;
const SOON_MS = 10_000;
/** It understood, and said no: somebody has to mend something first. */
const LATER_MS = 5 * 60_000;
const LONGEST_MS = 15 * 60_000;

/**
 * Signed as https://www.standardwebhooks.com has it: `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature: v1,<base64 of HMAC-SHA256 over id.timestamp.body>`.
 * A secret `whsec_…` is base64; any other is taken as it is. `now`: the real time, ms, which receivers compare with theirs.
 */
export function createWebhookOut({ url, secret, now }: { url: string; secret: string; now: () => number }): WebhookOut {
  const http = createHttpClient({ url, timeoutMs: CALL_MS, maxBodyBytes: MOST_BYTES });
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
  return {
    async send({ id, at, body }) {
      const text = JSON.stringify({ ...body, timestamp: new Date(at).toISOString() });
      const seconds = Math.floor(now() / 1000);
      const signature = createHmac('sha256', key).update(`${id}.${seconds}.${text}`).digest('base64');
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': `v1,${signature}`,
      };
      try {
        await http.post('', text, { headers, maxRedirects: 0 });
        return { ok: true };
      } catch (error) {
        const failed = callFailureWords(error);
        const asked = isCallError(error) ? Number(error.response?.headers['retry-after']) * 1_000 : Number.NaN;
        const isRefused = failed?.status !== undefined && failed?.status !== null && isFinal(failed.status);
        return {
          ok: false,
          message: `${shownUrl(url)}: ${failed?.message ?? String(error)}`,
          retryAfterMs: Math.min(LONGEST_MS, asked > 0 ? asked : isRefused ? LATER_MS : SOON_MS),
        };
      }
    },
  };
}

const isFinal = (status: number): boolean => status >= 300 && status < 500 && status !== 408 && status !== 429;
