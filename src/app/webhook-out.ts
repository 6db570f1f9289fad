import { createWebhookOut } from '../adapters/webhook-out/webhook-out.ts';
import type { WebhookOut } from '../ports/webhook-out.ts';
import type { Environment } from './environment.ts';

/** Whom the settings want told of each change of an incident. */
export function webhookOutOf({ WEBHOOK_OUT_URL: url, WEBHOOK_OUT_SECRET: secret }: Environment): {
  webhookOut?: WebhookOut;
} {
  return url && secret ? { webhookOut: createWebhookOut({ url, secret, now: Date.now }) } : {};
}
