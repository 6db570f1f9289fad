import { expect, it } from 'vitest';
import { mttrOf } from '../../src/domain/mttr.ts';
import { transition } from '../../src/domain/transition.ts';
import { alertOf, executionOf, incidentOf, T0 } from './examples.ts';

const MINUTE = 60_000;
const MONTH = 30 * 24 * 60 * MINUTE;

it('a month later an undo that a person asks for adds nothing to the time to health', () => {
  const run = executionOf({ result: 'done', verification: { verdict: 'recovered', at: T0 + 5 * MINUTE, message: '' } });
  const closed = { name: 'closed', outcome: 'healed', why: '' } as const;
  const over = { closedAt: T0 + 5 * MINUTE, healthyAt: T0 + 5 * MINUTE };
  let incident = incidentOf({ state: closed, ...over, executions: [run] });
  incident = transition(incident, { type: 'undo_asked', at: T0 + MONTH, user: 'U1' }).incident;
  expect(incident.state.name).toBe('undoing');
  incident = transition(incident, { type: 'undone', at: T0 + MONTH + 1, message: '' }).incident;
  incident = transition(incident, {
    ...{ type: 'closed_by_human', at: T0 + MONTH + MINUTE, user: 'U1', outcome: 'healed_by_human' },
  } as const).incident;
  expect(incident.state.name).toBe('closed');
  expect(mttrOf(incident)).toBe(5 * MINUTE);
});

it('the time to health runs from the first alert, however late that was heard of', () => {
  const alerts = [alertOf({ startsAt: T0 - 10 * MINUTE }), alertOf({ fingerprint: 'f2', startsAt: T0 })];
  expect(mttrOf(incidentOf({ alerts, closedAt: T0 + MINUTE }))).toBe(11 * MINUTE);
});
