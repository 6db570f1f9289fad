import type { PagerDutyApi } from '../adapters/pagerduty/api.ts';
import type { Incident } from '../domain/incident.ts';
import { type NoteDecision, readNote } from '../domain/pager-note.ts';
import { pagesOf, questionName } from '../domain/pages.ts';
import type { Answer, People } from '../extension-points/people.ts';
import type { Directory } from '../ports/directory.ts';

/** A note that somebody wrote to an incident of PagerDuty's: its id there, and the writer's. */
export type PagerNote = { incident: string; writer: string | null; content: string };

export type NoteParts = {
  api: PagerDutyApi;
  people: Pick<People, 'approve' | 'reject' | 'hold' | 'giveReason'>;
  pagerDutyUsers: Record<string, string>;
  directory: Directory | undefined;
  /** Whose page it is. */
  whose(dedupKey: string): Promise<Incident | null>;
  log: { warn(fields: object, message: string): void };
};

/** A note that decides is somebody's word, as a click is: the same people may, and what came of it is written below it. False: it decides nothing here. */
export async function decideByNote(parts: NoteParts, { incident: id, writer, content }: PagerNote): Promise<boolean> {
  const decision = readNote(content);
  if (!decision || writer === null) return false;
  const key = await keyOf(parts, id);
  const incident = key === null ? null : await parts.whose(key);
  if (!incident || key === null || !pagesOf(incident).some(({ dedupKey }) => dedupKey === key)) return false;
  const { user, email } = await whoIs(parts, writer);
  const answer = user === null ? unknownWriter(writer) : await decided(parts, decision, incident, key, user);
  // Its turn may come a minute later, and PagerDuty doesn't wait so long for the answer to its webhook.
  write(parts, id, answer, email).catch((error: unknown) =>
    parts.log.warn({ err: error }, 'PagerDuty could not be told what came of a note'),
  );
  return true;
}

async function keyOf({ api, log }: NoteParts, id: string): Promise<string | null> {
  const read = await api.get(`/incidents/${encodeURIComponent(id)}`);
  if (!read.ok) {
    log.warn({ why: read.message }, 'a note in PagerDuty could not be matched to an incident');
    throw new Error(read.message);
  }
  const key = (read.value as { incident?: { incident_key?: unknown } } | null)?.incident?.incident_key;
  return typeof key === 'string' ? key : null;
}

/** In Slack: by the configuration's own list, else by the address where that may be read. */
async function whoIs(
  { api, pagerDutyUsers, directory }: NoteParts,
  writer: string,
): Promise<{ user: string | null; email: string | null }> {
  const read = await api.get(`/users/${encodeURIComponent(writer)}`);
  const given = read.ok ? (read.value as { user?: { email?: unknown } } | null)?.user?.email : null;
  const email = typeof given === 'string' ? given : null;
  const named = pagerDutyUsers[writer];
  if (named !== undefined) return { user: named, email };
  const found = email !== null ? await directory?.byEmail(email) : undefined;
  return { user: found?.ok ? found.value : null, email };
}

const unknownWriter = (writer: string): Answer => ({
  ok: false,
  message: `Who ${writer} is in Slack isn't known, so nothing was done: name them under pagerduty_users in nightshift.yaml.`,
});

/** A yes or no is for the question that was paged, and no other. */
async function decided(
  { people }: NoteParts,
  decision: NoteDecision,
  incident: Incident,
  key: string,
  user: string,
): Promise<Answer> {
  const { state, id } = incident;
  if (decision.kind === 'hold') return people.hold(id, user, decision.forMs);
  const isAsked = state.name === 'awaiting_approval' && key.endsWith(`-${questionName(state)}`);
  if (!isAsked)
    return { ok: false, message: 'What was asked here is decided, or is another plan by now: nothing was done.' };
  if (decision.kind === 'approve') return people.approve(id, user, state.planDigest, { askedAt: state.since });
  const answer = await people.reject(id, user, 'next');
  const { reason, note } = decision;
  if (answer.ok && (reason !== null || note !== '')) await people.giveReason(id, user, { reason, note });
  return answer;
}

/** Written in the writer's own name, which PagerDuty wants; where that isn't known the incident's message says it alone. */
async function write({ api, log }: NoteParts, id: string, { message }: Answer, from: string | null): Promise<void> {
  if (from === null) return;
  const content = `Nightshift: ${message.replaceAll(/<@[^<>]{0,64}>/g, 'somebody else').replaceAll('`', '')}`.slice(
    0,
    2_000,
  );
  const sent = await api.post(`/incidents/${encodeURIComponent(id)}/notes`, { note: { content } }, from);
  if (!sent.ok) log.warn({ why: sent.message }, 'PagerDuty could not be told what came of a note');
}
