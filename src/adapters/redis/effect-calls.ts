import { randomUUID } from 'node:crypto';
import type { DueEffect, IncidentStore } from '../../ports/store.ts';
import type { RunScript } from './scripts.ts';
import { dueEffectFrom, eachReadable } from './stored.ts';

type EffectCalls = Pick<
  IncidentStore,
  'claim' | 'extend' | 'finish' | 'retryLater' | 'listDue' | 'listLater' | 'countDue'
>;

/** Due effects and their leases. */
export function effectCalls(run: RunScript, onUnreadable: (message: string) => void): EffectCalls {
  const list = async (from: string, to: string, limit: number, freeOnly: boolean) => {
    const rows = (await run('list-effects', from, to, limit, freeOnly ? 1 : 0)) as unknown[];
    return eachReadable(dueEffectFrom, rows, onUnreadable);
  };
  return {
    claim: async (effectId, gen, leaseMs) => {
      const token = randomUUID();
      const answer = (await run('claim', effectId, gen, token, leaseMs)) as [unknown, number] | null;
      return answer === null ? null : { effect: dueEffectFrom(answer[0]), token, failures: answer[1] };
    },
    extend: async (effectId, token, leaseMs) => (await run('extend', effectId, token, leaseMs)) === 1,
    finish: async (effectId, gen, token) => orNull(await run('finish', effectId, gen, token)),
    retryLater: async (effectId, gen, token, dueAt, why) =>
      orNull(await run('retry-later', effectId, gen, token, dueAt, why === 'failed' ? 1 : 0)),
    listDue: (now, limit) => list('-inf', String(now), limit, true),
    countDue: async (now, most) => Number(await run('count-due', now, most)),
    listLater: (now, limit) => list(`(${now}`, '+inf', limit, false),
  };
}

const orNull = (row: unknown): DueEffect | null => (row === null ? null : dueEffectFrom(row));
