import { expect, it } from 'vitest';
import { listMessage } from '../../../../src/adapters/slack/views/list-message.ts';
import { type OpenLine, openLineOf } from '../../../../src/domain/open-line.ts';
import { alertOf, incidentOf, T0 } from '../../../domain/examples.ts';
import { brokenLimits } from '../block-limits.ts';

const line = (n: number, over: Partial<OpenLine> = {}): OpenLine => ({
  ...openLineOf(
    incidentOf({
      id: `INC-${n}`,
      namespace: `team-${n % 60}`,
      service: `api-${n}`,
      openedAt: T0 + n,
      alerts: [alertOf({ labels: { severity: 'critical' } })],
    }),
  ),
  state: 'watching',
  waitsFor: 'storm',
  ...over,
});

it('shows how ten thousand stand: those that need somebody first, each in a line, all others counted by namespace', () => {
  const open = Array.from({ length: 10_000 }, (_, n) => line(n));
  open[9_999] = line(9_999, { state: 'escalated', waitsFor: null });
  const message = listMessage({ open, isOver: false, now: T0 });
  const shown = JSON.stringify(message.blocks);
  expect(message.text).toBe('10000 incidents open: 1 need a person, 9999 held back');
  expect(shown.indexOf('INC-9999')).toBeLessThan(shown.indexOf('INC-0 '));
  expect(shown).toMatch(/\*team-3\*: \d+ more, \d+ held back/);
  const counted = [...shown.matchAll(/(\d+) more/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  expect(counted + [...shown.matchAll(/INC-\d+ /g)].length).toBe(10_000);
  expect(brokenLimits(message.blocks)).toEqual([]);
});

it('lets names from outside be names', () => {
  const message = listMessage({ open: [line(1, { service: '<!channel> *x*' })], isOver: false, now: T0 });
  expect(JSON.stringify(message.blocks)).not.toContain('<!channel>');
});

it('says at the end that it is over', () => {
  const message = listMessage({ open: [line(1)], isOver: true, now: T0 });
  expect(JSON.stringify(message.blocks)).toContain('The storm is over');
});
