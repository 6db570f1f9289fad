import { describe, expect, it } from 'vitest';
import { windowsOf } from '../../src/app/policy.ts';
import { Settings } from '../../src/app/settings.ts';
import { windowOver, windowWords } from '../../src/domain/windows.ts';

const windowsIn = (windows: unknown[]) => windowsOf(Settings.parse({ windows }));

describe('windows', () => {
  it('freeze by service and namespace between two dates, by the clocks of their zone', () => {
    const windows = windowsIn([
      {
        ...{ name: 'Black Friday', namespaces: ['shop'], timezone: 'America/New_York' },
        between: { from: '2026-11-27', to: '2026-11-30T06:00' },
      },
    ]);
    const at = (text: string, namespace = 'shop') => windowOver(windows, namespace, 'payment-api', Date.parse(text));
    // Midnight in New York is 05:00 UTC in winter.
    expect(at('2026-11-27T04:59:00Z')).toBeNull();
    expect(at('2026-11-27T05:00:00Z')).toMatchObject({ name: 'Black Friday' });
    expect(at('2026-11-30T10:59:00Z')).toMatchObject({ name: 'Black Friday' });
    expect(at('2026-11-30T11:00:00Z')).toBeNull();
    expect(at('2026-11-28T12:00:00Z', 'other')).toBeNull();
    expect(windowWords(windows[0]!)).toBe('Black Friday, until 2026-11-30 06:00 (America/New_York)');
  });

  it('are quiet hours, over midnight and through a change of the clocks', () => {
    const windows = windowsIn([
      {
        ...{ name: 'Night', services: ['payment-api'], timezone: 'Europe/Berlin' },
        daily: { from: '22:00', to: '07:00', days: ['sat'] },
      },
    ]);
    const at = (text: string, service = 'payment-api') =>
      windowOver(windows, 'shop', service, Date.parse(text)) !== null;
    // Berlin goes from UTC+2 to UTC+1 in the night to Sunday, 25 October 2026.
    expect(at('2026-10-24T19:59:00Z')).toBe(false);
    expect(at('2026-10-24T20:00:00Z')).toBe(true);
    expect(at('2026-10-25T05:59:00Z')).toBe(true);
    expect(at('2026-10-25T06:00:00Z')).toBe(false);
    expect(at('2026-10-25T21:30:00Z')).toBe(false);
    expect(at('2026-10-24T20:00:00Z', 'catalog-api')).toBe(false);
    expect(windowWords(windows[0]!)).toBe('Night, until 07:00 (Europe/Berlin)');
  });

  it('need one of between and daily, a zone that there is, and a beginning before the end', () => {
    const fault = (window: object) =>
      Settings.safeParse({ windows: [{ name: 'X', ...window }] }).error?.issues[0]?.message;
    expect(fault({})).toBe('needs between or daily, and not both');
    expect(fault({ between: { from: '2026-11-30', to: '2026-11-27' } })).toBe('from must be before to');
    expect(fault({ daily: { from: '22:00', to: '07:00' }, timezone: 'Europe/Atlantis' })).toContain('timezone');
    expect(fault({ daily: { from: '25:00', to: '07:00' } })).toContain('time of day');
  });
});
