import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether the header is `Bearer <token>`. */
export function bearerIs(header: string | undefined, token: string): boolean {
  const given = /^bearer (.+)$/i.exec(header ?? '')?.[1];
  return given !== undefined && sameSecret(given, token);
}

/** Compares digests, so that neither length nor content of the secret shows in the time that it takes. */
export function sameSecret(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
