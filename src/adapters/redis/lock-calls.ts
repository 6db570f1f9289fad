import { type Clock, type ClockLine, clockLineOf } from '../../domain/clock.ts';
import { cutText } from '../../domain/cut-text.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { IncidentStore } from '../../ports/store.ts';
import { auditArguments } from './audit-calls.ts';
import type { RunScript } from './scripts.ts';
import { pauseFrom } from './stored.ts';

type LockCalls = Pick<IncidentStore, 'lock' | 'mayAct' | 'pause' | 'resume' | 'pauseState' | 'now'>;
type Reply = [string, ...(string | number)[]];

/** The lock on services, with fencing numbers, and the pause that everybody sees at once; by the server's own clock, which `clock` says how to read. */
export function lockCalls(run: RunScript, clock: Pick<Clock, 'now' | 'line'>): LockCalls {
  const line = () => lineText(clockLineOf(clock));
  const pauseNow = async (...change: (string | number)[]) => {
    const [now, hash] = (await run('pause', line(), ...change)) as [string, unknown];
    return pauseFrom(hash, Number(now));
  };
  return {
    lock: async (incidentId, services, maxServices) => {
      const reply = (await run('lock', incidentId, line(), maxServices, ...services)) as Reply;
      if (reply[0] === 'locked') return { kind: 'locked', fence: Number(reply[1]), pauseEpoch: Number(reply[2]) };
      return { kind: 'refused', refusal: refusalFrom(reply) };
    },
    mayAct: async (incidentId, fence, pauseEpoch, { effectId, token, notAfter }) => {
      const given = [incidentId, fence, pauseEpoch, line(), effectId, token, notAfter ?? ''];
      const reply = (await run('may-act', ...given)) as Reply;
      return reply[0] === 'yes' ? { kind: 'yes' } : { kind: 'refused', refusal: refusalFrom(reply) };
    },
    pause: (by, reason, at, until) =>
      pauseNow(1, by, reason, at, until ?? '', ...pauseEntry('paused', by, at, `Paused: ${reason}`)),
    resume: (by, at) => pauseNow(0, by, '', at, '', ...pauseEntry('resumed', by, at, 'Resumed')),
    pauseState: () => pauseNow(),
    now: async () => Number(await run('now', line())),
  };
}

const pauseEntry = (type: string, person: string, at: number, message: string) =>
  auditArguments({ payload: { at, incident: null, type, message: cutText(message, 200) }, person });

const lineText = ({ at, realAt, speed }: ClockLine): string => `${at} ${realAt} ${speed}`;

/** What a script's answer means, in words. */
export function refusalFrom([answer, first, second]: Reply): Refusal {
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
    case 'too_late':
      return { code: 'too_late', message: 'The time in which this was agreed has passed.' };
    case 'lease_lost':
      return { code: 'lease_lost', message: 'This worker was held up, and another may have gone on with its work.' };
    case 'lost':
      return {
        code: 'locked',
        message: 'The lock on the service was let go in the meantime; it has to be taken again.',
      };
    default:
      throw new Error(`lock script answered ${answer}`);
  }
}
