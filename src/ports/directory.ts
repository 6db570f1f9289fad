/** Who is who outside: in the chat, and on call. */
export type Read<T> = { ok: true; value: T } | { ok: false; message: string };

/** `outsider`: of another workspace; `gone`: left. */
export type MemberKind = 'member' | 'guest' | 'bot' | 'outsider' | 'gone';

export type Directory = {
  /** The people of a user group, by the chat's ids. */
  group(id: string): Promise<Read<string[]>>;
  member(id: string): Promise<Read<MemberKind>>;
  /** Who has that address; null: nobody. */
  byEmail(email: string): Promise<Read<string | null>>;
};

/** `id` is the pager's. */
export type OnCallPerson = { id: string; name: string; email: string | null };
export type OnCall = {
  /** Who is on call by a schedule now. */
  now(schedule: string): Promise<Read<OnCallPerson[]>>;
};
