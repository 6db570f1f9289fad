import type { Incident, TimelineEntry } from '../domain/incident.ts';
import type { OpenLine } from '../domain/open-line.ts';
import type { CallDue } from '../domain/person-calls.ts';
import type { WeeklyReport } from '../domain/proof/weekly.ts';
import type { Call } from '../domain/types/called.ts';
import type { Pause } from './store.ts';

/** What the chat shows of an incident: the views turn an Incident into blocks. */
export type Delivery =
  /** `file`: the id of an image that was sent. `link`: where the chat shows a post. */
  | { ok: true; channel: string; ts: string; file?: string; link?: string | null }
  /** `unsent`: it surely isn't in the channel. */
  | { ok: false; retryAfterMs: number | null; message: string; unsent?: true };

/** `gone`: deleted, or in a channel that can't be read any more: nobody could have answered there. `unknown`: nobody could look. */
export type Whereabouts = { kind: 'there' } | { kind: 'gone' | 'unknown'; message: string };

export type Chat = {
  /** Digest of what `deliver` would show now: equal digest, nothing to do. */
  digest(incident: Incident, context: MessageContext): string;
  /** Posts or edits the incident's one message. Before a first post, looks for one that a crash left unrecorded (message metadata holds the incident id). */
  deliver(incident: Incident, context: MessageContext): Promise<Delivery>;
  /** Digest of what `ring` would show now. */
  callDigest(incident: Incident, call: CallDue, context: MessageContext): string;
  /** A short post of its own, with a mention, so that a phone rings; where it is posted already, an edit of that. Before a first post, looks for one that a crash left unrecorded. */
  ring(incident: Incident, call: CallDue, posted: Call | null, context: MessageContext): Promise<Delivery>;
  /** Edits such a post to the one line of how it ended. A post that is gone is settled. */
  settle(incident: Incident, call: Call, context: MessageContext): Promise<Delivery>;
  /** Whether a post can still be read where it was delivered. */
  isThere(call: Pick<Call, 'channel' | 'ts'>): Promise<Whereabouts>;
  /** A post for everybody in the channel that is about no incident. `mentions`: whose phones ring; empty: whoever is there. */
  announce(message: string, mentions: string[]): Promise<Delivery>;
  /** Digest of what `showList` would show now. */
  listDigest(list: IncidentList): string;
  /** One message that stands for many incidents: posted, or edited where it is. */
  showList(list: IncidentList, posted: { channel: string; ts: string } | null): Promise<Delivery>;
  /** The week's report, for everybody. */
  weekly(report: WeeklyReport): Promise<Delivery>;
  /** A shift's end, for whoever comes next. */
  handover(shift: ShiftOver): Promise<Delivery>;
  /** New timeline lines into the thread, in one reply. What the thread holds already is the caller's book. */
  threadLines(incident: Incident, lines: TimelineEntry[]): Promise<Delivery>;
  /** A PNG into the incident's thread. `altText` says in words what the picture shows. */
  threadImage(incident: Incident, image: ThreadImage): Promise<Delivery>;
  /** A PNG for an answer's blocks: its id there, or null when it could not be sent. */
  upload(image: ThreadImage): Promise<string | null>;
  ping(): Promise<void>;
};

/** What is open now, and what was there since the shift began. */
export type ShiftOver = { open: Incident[]; recent: Incident[]; pause: Pause; since: number };

/** What is open; `isOver`: those that are left have messages of their own. */
export type IncidentList = { open: OpenLine[]; isOver: boolean; now: number };

export type ThreadImage = { png: Buffer; fileName: string; title: string; altText: string };

export type MessageContext = {
  timeline: TimelineEntry[];
  paused: Pause;
  approvers: string[];
  /** As the configuration names them, where that is otherwise: groups are mentioned as such. */
  named?: string[];
  /** It isn't worth waking anybody at this hour. */
  noMention?: true;
  /** Nobody can be paged: whoever is called is called here. */
  noPager?: true;
  /** Two of them have to say yes. */
  fourEyes?: true;
  now: number;
  /** Nobody has tried to post this before, so there is nothing to look for. Absent: somebody may have. */
  isNew?: boolean;
};
