import { randomBytes } from 'node:crypto';
import { APP_ID, BOT_ID, type Json, type OpenView, TEAM } from './model.ts';

/** A person's modals lie on one another, at most three; home tabs stand apart. */
export type ViewStore = {
  open(user: string, view: Json): OpenView;
  /** Null when three lie there already. */
  push(user: string, view: Json): OpenView | null;
  update(id: string, view: Json): OpenView | null;
  publish(user: string, view: Json): OpenView;
  get(id: string): OpenView | undefined;
  byExternalId(externalId: string): OpenView | undefined;
  /** Takes the topmost modal off, or all of them. */
  close(user: string, all: boolean): void;
  stack(user: string): OpenView[];
  home(user: string): OpenView | undefined;
  onChange(listener: (user: string) => void): () => void;
};

const MOST_VIEWS = 3;

export function createViewStore(): ViewStore {
  const stacks = new Map<string, OpenView[]>();
  const homes = new Map<string, OpenView>();
  const listeners = new Set<(user: string) => void>();
  const stack = (user: string): OpenView[] => stacks.get(user) ?? [];
  const every = (): OpenView[] => [...[...stacks.values()].flat(), ...homes.values()];
  const changed = (user: string): void => {
    for (const listener of listeners) listener(user);
  };
  const put = (user: string, next: OpenView[]): void => {
    stacks.set(user, next);
    changed(user);
  };
  const make = (user: string, view: Json, below: OpenView | undefined): OpenView => {
    const id = `V${randomBytes(6).toString('hex').toUpperCase()}`;
    return { id, user, hash: newHash(), view, rootId: below?.rootId ?? id, previousId: below?.id ?? null };
  };
  return {
    stack,
    home: (user) => homes.get(user),
    get: (id) => every().find((open) => open.id === id),
    byExternalId: (externalId) => every().find((open) => open.view.external_id === externalId),
    open(user, view) {
      const opened = make(user, view, undefined);
      put(user, [opened]);
      return opened;
    },
    push(user, view) {
      const below = stack(user);
      if (below.length >= MOST_VIEWS) return null;
      const opened = make(user, view, below.at(-1));
      put(user, [...below, opened]);
      return opened;
    },
    update(id, view) {
      const found = every().find((open) => open.id === id);
      if (found === undefined) return null;
      Object.assign(found, { view, hash: newHash() });
      changed(found.user);
      return found;
    },
    publish(user, view) {
      const before = homes.get(user);
      const opened =
        before === undefined ? make(user, view, undefined) : Object.assign(before, { view, hash: newHash() });
      homes.set(user, opened);
      changed(user);
      return opened;
    },
    close(user, all) {
      put(user, all ? [] : stack(user).slice(0, -1));
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const newHash = (): string => `${Date.now()}.${randomBytes(4).toString('hex')}`;

/** A view as Slack's API and payloads show it; `values` is what people typed. */
export function viewForSlack(open: OpenView, values: Json = {}): Json {
  const { view } = open;
  return {
    id: open.id,
    team_id: TEAM.id,
    app_id: APP_ID,
    bot_id: BOT_ID,
    hash: open.hash,
    root_view_id: open.rootId,
    previous_view_id: open.previousId,
    private_metadata: '',
    callback_id: '',
    external_id: '',
    clear_on_close: false,
    notify_on_close: false,
    ...view,
    state: { values },
  };
}

/** A person's open modals, topmost last, and home tab, as the page and `/sandbox/views` show them. */
export function shownViews({ views }: { views: ViewStore }, user: string): { stack: Json[]; home: Json | null } {
  const home = views.home(user);
  return {
    stack: views.stack(user).map((open) => viewForSlack(open)),
    home: home === undefined ? null : viewForSlack(home),
  };
}
