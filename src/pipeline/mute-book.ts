import type { Clock } from '../domain/clock.ts';
import { inMinutes } from '../domain/duration.ts';
import { MUTE_ENDS_SOON_MS, type Mute } from '../domain/mute.ts';
import type { Chat } from '../ports/chat.ts';
import type { Mutes } from '../ports/mutes.ts';

/** What is muted, as it was read last: judged in the middle of a diagnosis, and before a step begins. */
export type MuteBook = {
  of(namespace: string, service: string): Mute | null;
  all(): Mute[];
  set(mute: Mute): Promise<boolean>;
  lift(namespace: string, service: string): Promise<boolean>;
  /** Reads it anew, and says in the channel what ends soon. Asked every few seconds. */
  look(): Promise<void>;
};

export function createMuteBook(deps: {
  mutes: Mutes;
  clock: Pick<Clock, 'now'>;
  chat: Pick<Chat, 'announce'>;
  /** False: another replica says it. */
  first(about: string): Promise<boolean>;
}): MuteBook {
  const { mutes, clock } = deps;
  let known: Mute[] = [];
  const standing = () => known.filter(({ until }) => until > clock.now());
  const refresh = async () => {
    known = await mutes.read();
  };
  return {
    of: (namespace, service) =>
      standing().find((one) => one.namespace === namespace && one.service === service) ?? null,
    all: standing,
    async set(mute) {
      const taken = await mutes.write(mute);
      await refresh();
      return taken;
    },
    async lift(namespace, service) {
      const lifted = await mutes.drop(namespace, service);
      await refresh();
      return lifted;
    },
    async look() {
      await refresh();
      const now = clock.now();
      for (const mute of standing()) {
        // Who asked for a few minutes needs no reminder.
        if (mute.until - now > MUTE_ENDS_SOON_MS || mute.until - mute.at <= MUTE_ENDS_SOON_MS) continue;
        const about = `mute-ends ${mute.namespace}/${mute.service} ${mute.until}`;
        if (!(await deps.first(about))) continue;
        await deps.chat.announce(
          `The mute of ${mute.namespace}/${mute.service} ends in ${inMinutes(mute.until - now, 1)}; \`/heal mute\` again makes it longer.`,
          [mute.by],
        );
      }
    },
  };
}
