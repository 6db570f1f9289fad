import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { KeptHistory, SharedLog } from '../ports/replicas.ts';
import { decodePassed, encodePassed } from '../telemetry/codec.ts';
import type { Telemetry } from '../telemetry/create-telemetry.ts';
import { createKeeper } from '../telemetry/keep.ts';
import { repeat } from '../timing/repeat.ts';

const EVERY_MS = 10_000;
const AT_ONCE = 20;
/** Bodies that couldn't be said yet; more, and the oldest is given up. */
const MOST_UNSAID = 10;
/** Another replica that was silent for so long (real time) is not counted on. */
const SILENT_MS = 5 * 60_000;

export type Sharing = {
  /** Whether other replicas take telemetry too. */
  several(): boolean;
  /** One turn: says what is over, hears what others said, keeps what is due. */
  turn(telemetry: Telemetry): Promise<void>;
};

/**
 * What replicas have heard becomes what all know: each says its minutes once they are over and takes in the others', an earlier run's too. While the cache is
 * away each knows its own, which is said once.
 */
export function createSharing(options: {
  shared: SharedLog;
  history: KeptHistory;
  clock: Clock;
  replica: string;
  log: Logger;
}): Sharing {
  const { shared, replica, log } = options;
  const keeper = createKeeper(options.history, options.clock.now);
  const received = new Map<string, { number: number; at: number }>();
  const unsaid: { number: number; body: Uint8Array }[] = [];
  let number = 0;
  let cursor: string | null = null;
  let isAway = false;

  const say = async (telemetry: Telemetry) => {
    const passed = telemetry.drain();
    if (passed.minutes.length > 0 || passed.aliases.length > 0)
      unsaid.push({ number: ++number, body: encodePassed(passed, telemetry.trusted) });
    if (unsaid.length > MOST_UNSAID) unsaid.splice(0, unsaid.length - MOST_UNSAID);
    for (let next = unsaid[0]; next; next = unsaid[0]) {
      const kept = await shared.append({ replica, number: next.number }, next.body);
      if (!kept) log.warn({}, 'what was heard by OTLP in a minute is too large to be shared with other replicas');
      unsaid.shift();
    }
  };
  const hear = async (telemetry: Telemetry) => {
    for (;;) {
      const { said, cursor: next } = await shared.since(cursor, AT_ONCE);
      cursor = next;
      for (const one of said) {
        if (one.replica === replica || one.number <= (received.get(one.replica)?.number ?? 0)) continue;
        received.delete(one.replica);
        received.set(one.replica, { number: one.number, at: performance.now() });
        const passed = decodePassed(one.body);
        // What strangers told another replica must not become what somebody with a token said.
        if (passed && (passed.trusted || !telemetry.trusted)) telemetry.merge(passed);
        await new Promise(setImmediate);
      }
      if (said.length < AT_ONCE) return;
    }
  };
  return {
    several: () => [...received.values()].some(({ at }) => performance.now() - at < SILENT_MS),
    async turn(telemetry) {
      try {
        await say(telemetry);
        await hear(telemetry);
        if (telemetry.trusted) await keeper.keep(telemetry);
        if (isAway) log.info({}, 'telemetry is shared with the other replicas again');
        isAway = false;
      } catch (error) {
        if (!isAway)
          log.warn({ err: error }, 'the cache is away: what other replicas hear by OTLP is not known here for now');
        isAway = true;
      }
    },
  };
}

/** Takes a turn every ten seconds of real time, until stopped. */
export const repeatSharing = (sharing: Sharing, telemetry: Telemetry): (() => Promise<void>) =>
  repeat(() => sharing.turn(telemetry), { delayMs: () => EVERY_MS, onError: () => {} });
