/** `id`: the same each time that it is sent, so that a receiver can tell a repeat. `at`: when it happened, ms. */
export type WebhookMessage = { id: string; at: number; body: Record<string, unknown> };

/** `retryAfterMs`: what the receiver asked for, or how long it is worth waiting. */
export type WebhookSent = { ok: true } | { ok: false; message: string; retryAfterMs: number };

/** Tells another program what happens, signed, at least once. */
export type WebhookOut = { send(message: WebhookMessage): Promise<WebhookSent> };
