import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { WeeklyReport } from '../../src/domain/proof/weekly.ts';
import { OFFICE_HOURS } from '../../src/domain/proof/working-hours.ts';
import { createOutcomes } from '../../src/ports/outcomes-in-memory.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import { tellWeek } from '../../src/watch/weekly.ts';
import { outcomeOf } from '../domain/proof/outcomes.ts';

const MONDAY = Date.parse('2026-11-30T09:00:00Z');
const HOUR = 3_600_000;

function channel() {
  const { keep, find } = createOutcomes();
  keep(outcomeOf({ began: MONDAY - 30 * HOUR, over: MONDAY - 29 * HOUR }));
  keep(outcomeOf({ id: 'INC-2', began: MONDAY, over: MONDAY + HOUR }));
  const told: WeeklyReport[] = [];
  const names = new Set<string>();
  const state = { now: MONDAY - 1, fails: false };
  const deps = {
    store: { outcomes: find } as IncidentStore,
    clock: { now: () => state.now, realDelay: (ms: number) => ms },
    log: pino({ level: 'silent' }),
    chat: {
      weekly: async (report: WeeklyReport) => {
        if (state.fails) return { ok: false as const, retryAfterMs: null, message: 'away' };
        told.push(report);
        return { ok: true as const, channel: 'C', ts: '1' };
      },
    },
  };
  const heardOnce = {
    first: async (name: string) => !names.has(name) && names.add(name).size > 0,
    forget: async (name: string) => void names.delete(name),
    newest: async () => true,
  };
  return { told, state, look: () => tellWeek({ deps, heardOnce, hours: OFFICE_HOURS }) };
}

describe('the week', () => {
  it('is told once when work begins, of what was over by then', async () => {
    const { told, state, look } = channel();
    await look();
    expect(told).toEqual([]);
    state.now = MONDAY;
    await look();
    await look();
    expect(told.map(({ figures, to }) => [figures.incidents, to])).toEqual([[1, MONDAY]]);
  });

  it('is told when the chat is back, and not days late', async () => {
    const { told, state, look } = channel();
    state.now = MONDAY;
    state.fails = true;
    await look();
    state.fails = false;
    state.now = MONDAY + 60 * HOUR;
    await look();
    expect(told).toEqual([]);
    state.now = MONDAY + 5 * HOUR;
    await look();
    expect(told).toHaveLength(1);
  });
});
