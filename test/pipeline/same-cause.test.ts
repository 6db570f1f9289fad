import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/domain/types/called.ts';
import { calledFor } from '../../src/pipeline/same-cause.ts';
import { alertOf, diagnosisOf, incidentOf, T0 } from '../domain/examples.ts';

const CALL: Call = {
  kind: 'person',
  about: 'a',
  channel: 'C',
  ts: '1',
  link: null,
  at: T0,
  digest: '',
  settledAt: null,
};
const alerts = (severity: string) => [alertOf({ labels: { severity } })];
const diagnosis = diagnosisOf({ named: true });
const rang = (over = {}) =>
  incidentOf({
    id: 'INC-1',
    diagnosis,
    alerts: alerts('critical'),
    calls: [CALL],
    state: { name: 'escalated', why: '', level: 1, acknowledgedBy: null, since: T0 },
    ...over,
  });
const victim = incidentOf({ id: 'INC-2', service: 'storefront', alerts: alerts('warning') });

describe('whether a person was called for the same cause', () => {
  it('is so where an open incident about it reached somebody', () => {
    expect(calledFor(victim, diagnosis, [rang()])).toBe('INC-1');
  });

  it.each([
    ['nobody was reached yet', rang({ calls: [] })],
    ['its own alerts are quieter', rang({ alerts: alerts('info') })],
    ['it is about somebody else', rang({ service: 'mail', diagnosis: null })],
    ['it waits for something else', rang({ state: { name: 'noticed' } })],
    ['it is the very same', { ...rang(), id: 'INC-2' }],
  ])('is not where %s', (_, other) => {
    expect(calledFor(victim, diagnosis, [other])).toBeNull();
  });

  it('is not while no cause is named', () => {
    expect(calledFor(victim, diagnosisOf({ named: false }), [rang()])).toBeNull();
  });
});
