import { createHmac, timingSafeEqual } from 'node:crypto';

/** Slack's own limit for how old a request may be. */
const OLDEST_MS = 5 * 60_000;
/** Two well-kept clocks differ by less; a request from further ahead could be kept and used later. */
const AHEAD_MS = 5_000;

type Headers = Record<string, string | string[] | undefined>;
type Verdict = { ok: true; signature: string } | { ok: false; why: 'no_signature' | 'bad_time' | 'bad_signature' };

/** Whether Slack signed exactly this body, just now: `v0=` and 64 hexadecimal digits over `v0:<seconds>:<body>`. `now` is real time, epoch ms. */
export function verifyRequest(body: Buffer, headers: Headers, secret: string, now: number): Verdict {
  const signature = headers['x-slack-signature'];
  const seconds = headers['x-slack-request-timestamp'];
  if (typeof signature !== 'string' || typeof seconds !== 'string') return { ok: false, why: 'no_signature' };
  const hex = /^v0=([0-9a-f]{64})$/.exec(signature)?.[1];
  if (hex === undefined) return { ok: false, why: 'bad_signature' };
  if (!/^[0-9]{1,12}$/.test(seconds)) return { ok: false, why: 'bad_time' };
  const at = Number(seconds) * 1_000;
  if (at < now - OLDEST_MS || at > now + AHEAD_MS) return { ok: false, why: 'bad_time' };
  const expected = createHmac('sha256', secret).update(`v0:${seconds}:`).update(body).digest();
  return timingSafeEqual(Buffer.from(hex, 'hex'), expected)
    ? { ok: true, signature }
    : { ok: false, why: 'bad_signature' };
}

/** Slack sends JSON objects, or forms whose `payload` is one; anything else would only trip up who handles it. */
export function holdsAnObject(body: Buffer, contentType: string | undefined): boolean {
  const text = body.toString('utf8');
  if (!isForm(contentType)) return isObject(text);
  const payloads = new URLSearchParams(text).getAll('payload');
  return payloads.length === 0 || (payloads.length === 1 && isObject(payloads[0] ?? ''));
}

export function isSslCheck(body: Buffer, contentType: string | undefined): boolean {
  return (
    isForm(contentType) && body.length < 1_000 && new URLSearchParams(body.toString('utf8')).get('ssl_check') === '1'
  );
}

export const isForm = (contentType: string | undefined): boolean =>
  (contentType ?? '').split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
