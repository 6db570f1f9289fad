import { expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import type { Event } from '../../src/domain/incident-event.ts';
import { MAX_REFUSED_EXECUTIONS } from '../../src/domain/incident-limits.ts';
import { transition } from '../../src/domain/transition.ts';
import { diagnosisOf, executionOf, incidentOf, recommendationOf, T0 } from './examples.ts';

it('executions that are refused at the last moment have an end: a person is called', () => {
  let incident: Incident = incidentOf();
  let at = T0;
  const recommendation = recommendationOf();
  const decision = { kind: 'auto' as const, recommendation, options: [], reason: '' };
  const refusal = { code: 'plan_changed' as const, message: 'changed by somebody else meanwhile' };
  const tell = (event: Record<string, unknown>) => {
    at += 5_000;
    incident = transition(incident, { ...event, at } as Event).incident;
  };
  for (let n = 0; n < 200 && incident.state.name !== 'escalated'; n++) {
    tell({ type: 'diagnosed', diagnosis: diagnosisOf(), decision, skippedSteps: [] });
    tell({
      type: 'authorised',
      execution: executionOf({ id: `inc-1-${incident.executions.length + 1}`, recommendation }),
    });
    const verify = { withinMs: 1, steadyMs: 1 };
    tell({ type: 'execution_failed', changed: false, refusal, message: 'x', verify });
  }
  expect(incident.state).toMatchObject({ name: 'escalated' });
  expect(incident.executions).toHaveLength(MAX_REFUSED_EXECUTIONS);
});
