import type { Incident, TimelineEntry } from '../domain/incident.ts';
import type { Pause } from './store.ts';

/** What the chat shows of an incident: the views turn an Incident into blocks. */
export type Delivery =
  /** `file`: the id of an image that was sent. */
  | { ok: true; channel: string; ts: string; file?: string }
  | { ok: false; retryAfterMs: number | null; message: string };

export type Chat = {
  /** Digest of what `deliver` would show now: equal digest, nothing to do. `planDigest` is the plan that it shows as awaiting approval. */
  digest(incident: Incident, context: MessageContext): string;
  /** Posts or edits the incident's one message. Before a first post, looks for one that a crash left unrecorded (message metadata holds the incident id). */
  deliver(incident: Incident, context: MessageContext): Promise<Delivery>;
  /** New timeline lines into the thread, in one reply. What the thread holds already is the caller's book. */
  threadLines(incident: Incident, lines: TimelineEntry[]): Promise<Delivery>;
  /** A PNG into the incident's thread. `altText` says in words what the picture shows. */
  threadImage(incident: Incident, image: ThreadImage): Promise<Delivery>;
  /** A PNG for an answer's blocks: its id there, or null when it could not be sent. */
  upload(image: ThreadImage): Promise<string | null>;
  ping(): Promise<void>;
};

export type ThreadImage = { png: Buffer; fileName: string; title: string; altText: string };

export type MessageContext = { timeline: TimelineEntry[]; paused: Pause; approvers: string[]; now: number };
