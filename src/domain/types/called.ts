/** A post of its own in the chat, for which a phone rings; the incident's one message is only edited. */
export type Call = {
  kind: 'question' | 'person';
  /** What it asks or tells: the same is never posted twice. */
  about: string;
  channel: string;
  ts: string;
  /** Where the chat shows it; null when it doesn't say. */
  link: string | null;
  at: number;
  /** Of what it shows: equal digest, nothing to edit. */
  digest: string;
  /** When it became one line that asks nothing any more; null before. */
  settledAt: number | null;
};

/** What was sent to the pager under one key. */
/** `untold`: acknowledged here, and the pager has not been told yet. */
export type Page = {
  dedupKey: string;
  status: 'triggered' | 'acknowledged' | 'resolved';
  at: number;
  untold?: true;
};
