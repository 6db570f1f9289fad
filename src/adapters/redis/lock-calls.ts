import type { Redis } from 'ioredis';
import type { Refusal } from '../../domain/types.ts';
import type { IncidentStore } from '../../ports/store.ts';
import { whenAvailable } from './availability.ts';
import type { RunScript } from './scripts.ts';
import { pauseFrom } from './stored.ts';

type LockCalls = Pick<IncidentStore, 'lock' | 'mayAct' | 'pause' | 'resume' | 'pauseState'>;
type Reply = [string, ...(string | number)[]];

/** The lock on services, with fencing numbers, and the pause that everybody sees at once. `now` is the application's clock, by which a pause ends. */
export function lockCalls(options: { redis: Redis; run: RunScript; prefix: string; now: () => number }): LockCalls {
  const { redis, run, prefix, now } = options;
  const setPause = async (paused: 0 | 1, by: string, reason: string, at: number, until: number | null) =>
    pauseFrom(await run('pause', paused, by, reason, at, until ?? ''), now());
  return {
    lock: async (incidentId, services, maxServices) => {
      const reply = (await run('lock', incidentId, now(), maxServices, ...services)) as Reply;
      if (reply[0] === 'locked') return { kind: 'locked', fence: Number(reply[1]), pauseEpoch: Number(reply[2]) };
      return { kind: 'refused', refusal: refusalFrom(reply) };
    },
    mayAct: async (incidentId, fence, pauseEpoch) => {
      const reply = (await run('may-act', incidentId, fence, pauseEpoch, now())) as Reply;
      return reply[0] === 'yes' ? { kind: 'yes' } : { kind: 'refused', refusal: refusalFrom(reply) };
    },
    pause: (by, reason, at, until) => setPause(1, by, reason, at, until),
    resume: (by, at) => setPause(0, by, '', at, null),
    pauseState: async () =>
      pauseFrom(Object.entries(await whenAvailable(() => redis.hgetall(`${prefix}:pause`))).flat(), now()),
  };
}

function refusalFrom([answer, first, second]: Reply): Refusal {
  switch (answer) {
    case 'paused':
      return {
        code: 'paused',
        message: `Nightshift is paused by ${first}${second === '' ? '' : ` (${second})`}; \`/heal resume\` lifts it.`,
      };
    case 'was_paused':
      return {
        code: 'paused',
        message: 'Nightshift was paused after this was authorised; it looks again before it acts.',
      };
    case 'held':
      return {
        code: 'locked',
        message: `${second} is working on ${first}, and one service is changed at a time; this waits until that is over.`,
      };
    case 'moved_on':
      return {
        code: 'locked',
        message: 'The incident has moved on in the meantime, and nothing is to be done for it now.',
      };
    case 'lost':
      return {
        code: 'locked',
        message: 'The lock on the service was let go in the meantime; it has to be taken again.',
      };
    default:
      throw new Error(`lock script answered ${answer}`);
  }
}
