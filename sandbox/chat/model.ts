/** What the sandbox's chat keeps. Everything is plain JSON, so that it can be saved and read back. `ts` are Slack's: seconds.microseconds of sandbox time, unique. */

export type Json = Record<string, unknown>;
export type Block = Json & { type: string; block_id?: string };

export type SharedFile = { id: string; name: string; title: string; mimetype: string; size: number; altText: string };

export type StoredMessage = {
  ts: string;
  user: string;
  text: string;
  blocks: Block[];
  /** Set on replies, and equal to `ts` never: a parent is known by its replies. */
  threadTs: string | null;
  broadcast: boolean;
  edited: { user: string; ts: string } | null;
  /** The one person who sees it, or null for everybody. */
  ephemeralFor: string | null;
  metadata: Json | null;
  reactions: { name: string; users: string[] }[];
  files: SharedFile[];
  pinned: boolean;
};

/** A modal (or home tab) that a person has open. `state` is what Slack sends as `view.state`. */
export type OpenView = {
  id: string;
  user: string;
  hash: string;
  view: Json;
  rootId: string;
  previousId: string | null;
};

export type Person = { id: string; name: string; realName: string; title: string; isBot: boolean };

export const TEAM = { id: 'T_SHOP', domain: 'shop', name: 'Shop' };
export const APP_ID = 'A_NIGHTSHIFT';
export const BOT_ID = 'B_NIGHTSHIFT';
export const BOT_USER = 'U_NIGHTSHIFT';

/** The people of the sandbox; the bot is one of them. */
export const PEOPLE: readonly Person[] = [
  { id: 'U_ONCALL', name: 'oncall', realName: 'On call', title: 'On call, may approve', isBot: false },
  { id: 'U_SECOND', name: 'second', realName: 'Second on call', title: 'Second on call, may approve', isBot: false },
  { id: 'U_GUEST', name: 'guest', realName: 'Guest', title: 'May only stop things', isBot: false },
  { id: BOT_USER, name: 'nightshift', realName: 'Nightshift', title: 'App', isBot: true },
];

/** The person with that id, bot included. */
export function personOf(id: unknown): Person | undefined {
  return PEOPLE.find((person) => person.id === id);
}
