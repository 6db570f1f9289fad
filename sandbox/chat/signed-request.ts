import { createHmac } from 'node:crypto';
import { parseJson } from './request-body.ts';
import type { World } from './world.ts';

/** What the app answered; `status` 0 when it couldn't be reached or took longer than Slack waits. `body` is JSON where it is, else text. */
export type AppAnswer = { status: number; body: unknown; words: string };

/** Sends a request as Slack does, signed with v0 HMAC-SHA256 over real time (docs: verifying requests from Slack). Never throws. */
export async function sendSigned(world: World, contentType: string, body: string): Promise<AppAnswer> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', world.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  const headers = {
    'content-type': contentType,
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${signature}`,
    'user-agent': 'Slackbot 1.0 (sandbox)',
  };
  try {
    const signal = AbortSignal.timeout(world.ackTimeoutMs);
    const response = await fetch(`${world.app().replace(/\/$/, '')}/slack/events`, {
      method: 'POST',
      headers,
      body,
      signal,
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (parseJson(text) ?? text), words: '' };
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    const words = late ? `the app did not acknowledge within ${world.ackTimeoutMs} ms` : 'the app could not be reached';
    return { status: 0, body: null, words };
  }
}

/** An interaction: `payload=` in a form. */
export function sendInteraction(world: World, payload: unknown): Promise<AppAnswer> {
  return sendSigned(
    world,
    'application/x-www-form-urlencoded',
    new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
  );
}
