import { randomUUID } from 'node:crypto';
import type { Environment } from '../app/environment.ts';
import { webhookOutOf } from '../app/webhook-out.ts';
import { type Check, right, wrong } from './check.ts';

/** Whoever is to be told of incidents takes a signed message of the type `nightshift.test`. */
export async function examineWebhookOut(env: Environment): Promise<Check[]> {
  const { webhookOut } = webhookOutOf(env);
  if (!webhookOut) return [];
  const title = 'the program that is told of incidents takes a test message';
  const sent = await webhookOut.send({
    id: `test.${randomUUID()}`,
    at: Date.now(),
    body: { type: 'nightshift.test', version: 1 },
  });
  if (sent.ok) return [right(title)];
  return [wrong(title, `${sent.message}; check WEBHOOK_OUT_URL, and that WEBHOOK_OUT_SECRET is the one it knows`)];
}
