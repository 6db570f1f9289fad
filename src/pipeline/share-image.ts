import { setTimeout as sleep } from 'node:timers/promises';
import type { Incident } from '../domain/incident.ts';
import type { ThreadImage } from '../ports/chat.ts';
import type { StageDeps } from './deps.ts';

const TRIES = 3;

/** Sends a picture into the incident's thread, three times at most; the chat's id of it, or null (logged) when it could not be sent. */
export async function shareImage(deps: StageDeps, incident: Incident, image: ThreadImage): Promise<string | null> {
  for (let tries = 1; ; tries++) {
    const sent = await deps.chat.threadImage(incident, image);
    if (sent.ok) return sent.file ?? null;
    if (tries === TRIES) {
      deps.log.warn({ incident: incident.id, why: sent.message }, 'a picture could not be sent');
      return null;
    }
    await sleep(sent.retryAfterMs ?? 1_000 * tries);
  }
}
