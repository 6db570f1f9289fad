import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { lastShift } from '../../src/domain/shift-end.ts';
import type { ShiftOver } from '../../src/ports/chat.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import { tellShift } from '../../src/watch/shift.ts';

const at = (text: string) => Date.parse(text);
const MIN = 60_000;
const VIENNA = { timezone: 'Europe/Vienna', ends: [8 * 60, 20 * 60] };

describe('the shift that ended last', () => {
  it('is told by the clocks of its timezone, on the day that they change too', () => {
    expect(lastShift(VIENNA, at('2026-12-01T07:00:00Z'))).toEqual({
      from: at('2026-11-30T19:00:00Z'),
      to: at('2026-12-01T07:00:00Z'),
    });
    expect(lastShift(VIENNA, at('2026-12-01T06:59:00Z'))?.to).toBe(at('2026-11-30T19:00:00Z'));
    // Clocks go back in the night: this one is an hour longer.
    expect(lastShift(VIENNA, at('2026-10-25T09:00:00Z'))).toEqual({
      from: at('2026-10-24T18:00:00Z'),
      to: at('2026-10-25T07:00:00Z'),
    });
    expect(lastShift({ timezone: 'UTC', ends: [0] }, at('2026-12-01T00:00:00Z'))).toEqual({
      from: at('2026-11-30T00:00:00Z'),
      to: at('2026-12-01T00:00:00Z'),
    });
    expect(lastShift({ timezone: 'UTC', ends: [] }, 0)).toBeNull();
  });
});

describe('a hand-over', () => {
  function channel() {
    const told: ShiftOver[] = [];
    const names = new Set<string>();
    const state = { now: at('2026-12-01T06:59:30Z'), fails: false };
    const deps = {
      store: {
        listOpen: async () => [],
        list: async () => [],
        pauseState: async () => ({ paused: false }),
      } as unknown as IncidentStore,
      clock: { now: () => state.now, realDelay: (ms: number) => ms },
      log: pino({ level: 'silent' }),
      chat: {
        handover: async (shift: ShiftOver) => {
          if (state.fails) return { ok: false as const, retryAfterMs: null, message: 'away' };
          told.push(shift);
          return { ok: true as const, channel: 'C', ts: '1' };
        },
      },
    };
    const heardOnce = {
      first: async (name: string) => !names.has(name) && names.add(name).size > 0,
      forget: async (name: string) => void names.delete(name),
      newest: async () => true,
    };
    return { told, state, look: () => tellShift({ deps, heardOnce, shifts: VIENNA }) };
  }

  it('is posted once when a shift ends, of what was there since it began; again where the chat was away, and not hours late', async () => {
    const { told, state, look } = channel();
    await look();
    state.now += MIN;
    state.fails = true;
    await look();
    state.fails = false;
    await look();
    await look();
    expect(told.map(({ since }) => since)).toEqual([at('2026-11-30T19:00:00Z')]);
    state.now = at('2026-12-01T21:00:00Z');
    await look();
    expect(told).toHaveLength(1);
  });
});
