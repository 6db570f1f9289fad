import { newIncident } from '../../../src/domain/group.ts';
import type { Health } from '../../../src/domain/health.ts';
import type { Event } from '../../../src/domain/incident-event.ts';
import { proposalKeyOf } from '../../../src/domain/proposal.ts';
import { transition } from '../../../src/domain/transition.ts';
import type { Decision } from '../../../src/domain/types/decision.ts';
import type { Authority } from '../../../src/domain/types/execution.ts';
import type { Recommendation } from '../../../src/domain/types/recommendation.ts';
import type { RecordDeps } from '../../../src/pipeline/deps.ts';
import { record, saveTransition } from '../../../src/pipeline/record.ts';
import { alertOf, askOf, diagnosisOf, executionOf, planOf, RANG, recommendationOf } from '../../domain/examples.ts';
import { ANSWER_MS, DELIVERED_AFTER_MS, type Truth } from './truth.ts';

const PERSON = 'U_ONCALL';
const VERIFY = { withinMs: 600_000, steadyMs: 1_000 };

/** Lets one incident happen, event by event, as the stages would tell them. */
export async function play(deps: RecordDeps, truth: Truth): Promise<void> {
  const { id, namespace, service, noticed } = truth;
  const subject = { cluster: 'quarter', namespace, service };
  const fresh = newIncident(id, subject, noticed, null);
  // Of one service many are open at once here, which Nightshift would take together.
  const groupKey = truth.way === 'proposal_lapses' ? proposalKeyOf(subject) : `${fresh.groupKey}/${id}`;
  const [first, ...others] = eventsOf(truth);
  if (!first) throw new Error('nothing happens');
  const saved = await saveTransition(deps, null, transition({ ...fresh, groupKey }, first), null);
  if (saved === null || saved === 'superseded') throw new Error(`${id} was not taken`);
  let state = saved.state.name as string;
  for (const event of others) {
    const recorded = await record(deps, id, event);
    if (!recorded) throw new Error(`${id} is gone`);
    state = recorded.after.state.name;
  }
  if (state !== 'closed') throw new Error(`${id} (${truth.way}) is ${state} at its end`);
}

function eventsOf(truth: Truth): Event[] {
  const { way, noticed, diagnosed, ended, paged, said } = truth;
  const alerts: Event = { type: 'alerts', at: noticed, alerts: [alert(truth, 'firing')] };
  const page: Event[] =
    paged === null || way === 'made_worse' ? [] : [{ type: 'paged', at: paged, dedupKey: 'k', planDigest: null }];
  const resolved: Event = { type: 'resolved', at: ended, message: 'over' };
  const word: Event[] =
    said === null ? [] : [{ type: 'feedback', at: ended + 60_000, user: PERSON, right: said === 'right' }];
  const asked = [diagnosis(truth, ask(truth)), rang(truth), ...page];
  const escalated = [diagnosis(truth, { kind: 'escalate', options: [], reason: 'nothing helps' }), ...page];
  const acknowledged: Event = { type: 'acknowledged', at: (paged ?? diagnosed) + 5_000, by: PERSON };
  const middle = (): Event[] => {
    switch (way) {
      case 'goes_by_itself':
        return [diagnosis(truth, { kind: 'observe', untilMs: ended + 1_000, reason: 'mild' }), resolved];
      case 'goes_while_asked':
        return [...asked, resolved];
      case 'called_false_alarm':
        return [...asked, { type: 'rejected', at: ended, user: PERSON, how: 'false_alarm' }];
      case 'closed_as_false_alarm':
        return [...escalated, { type: 'closed_by_human', at: ended, user: PERSON, outcome: 'false_alarm' }];
      case 'left_to_a_person':
        return [...escalated, acknowledged, resolved];
      case 'nobody_comes':
        return [...escalated, resolved];
      case 'proposal_lapses':
        return [diagnosis(truth, ask(truth)), resolved];
      default:
        return [...steps(truth, asked)];
    }
  };
  const first: Event =
    way === 'proposal_lapses' ? { type: 'noted', at: noticed, message: 'demand is coming', by: null } : alerts;
  return [first, ...middle(), ...word];
}

/** The steps of those that have some, up to the end. */
function steps(truth: Truth, asked: Event[]): Event[] {
  const { way, actions, diagnosed, firstDone, firstChecked, decided, begun, changed, well, ended } = truth;
  const at = { decided: decided ?? 0, begun: begun ?? 0, changed: changed ?? 0 };
  const action = actions.at(-1) ?? '';
  const authority: Authority =
    way === 'person_approves'
      ? { by: 'person', user: PERSON, at: at.decided }
      : way === 'timeout_runs'
        ? { by: 'timeout', at: at.decided, asked: 1 }
        : { by: 'auto' };
  const choice = (): Event[] => {
    if (way === 'person_approves')
      return [...asked, { type: 'approved', at: at.decided, user: PERSON, planDigest: digestOf(action) }];
    if (way === 'timeout_runs') return [...asked, { type: 'deadline_reached', at: at.decided }];
    if (firstDone === null || firstChecked === null) return [diagnosis(truth, auto(truth, action))];
    const first = actions[0] ?? '';
    return [
      diagnosis(truth, auto(truth, first)),
      ...carriedOut(truth, first, { by: 'auto' }, diagnosed + 1_000, firstDone),
      verified(firstChecked, 'unchanged'),
      { ...diagnosis(truth, auto(truth, action)), at: at.decided },
    ];
  };
  const done = [...choice(), ...carriedOut(truth, action, authority, at.begun, at.changed)];
  if (way === 'made_worse')
    return [
      ...done,
      verified(at.changed + 10_000, 'worse'),
      { type: 'undone', at: at.changed + 12_000, message: 'put back' },
      { ...RANG, kind: 'person', about: 'person', planDigest: null, at: at.changed + 15_000 },
      { type: 'resolved', at: ended, message: 'over' },
    ];
  return [
    ...done,
    sample(well ?? 0, way === 'over_too_early'),
    { type: 'alerts', at: ended - 1_000, alerts: [alert(truth, 'resolved')] },
    verified(ended, 'recovered'),
  ];
}

const digestOf = (action: string) => `digest-${action}`;
function recommendation({ kind, confidence }: Truth, action: string): Recommendation {
  const step = { action, rung: 'remediate' as const, threshold: 0, confidence: 0, params: {} };
  const plan = planOf({ action, digest: digestOf(action), target: { ...planOf().target, uid: action } });
  const shown = { value: confidence, parts: [], worked: 0, tried: 0 };
  return recommendationOf({ issue: kind, playbook: kind, step, plan, confidence: shown });
}
const auto = (truth: Truth, action: string): Decision => ({
  ...{ kind: 'auto', options: [], reason: 'not critical' },
  recommendation: recommendation(truth, action),
});
const ask = (truth: Truth): Decision =>
  askOf({
    recommendation: recommendation(truth, truth.actions.at(-1) ?? ''),
    timeoutMs: ANSWER_MS,
    atTimeout: 'execute',
  });

function diagnosis(truth: Truth, decision: Decision): Event {
  const { diagnosed, kind, service, cause: name } = truth;
  const issue = { kind, severity: 1, unit: '', message: `${service}: ${kind}` };
  const entity = { kind: 'Deployment' as const, namespace: 'shop', name };
  const causes = [{ entity, what: 'rollout', probability: 0.95, reasons: [] }];
  const found = diagnosisOf({ at: diagnosed, issue, causes, health: [healthOf(truth)] });
  return { type: 'diagnosed', at: diagnosed, diagnosis: found, decision, skippedSteps: [] };
}

function healthOf({ namespace, service, hurt, diagnosed: at }: Truth): Health {
  const values = { latency: 5, errors: 0.5, memory: 0.99 };
  const vitals = Object.fromEntries(
    hurt.map((name) => [name, { kind: 'known' as const, value: values[name], band: null, at }]),
  );
  return { namespace, service, at, object: 'there', vitals };
}

const rang = (truth: Truth): Event => ({
  ...RANG,
  at: truth.diagnosed + DELIVERED_AFTER_MS,
  planDigest: digestOf(truth.actions.at(-1) ?? ''),
});

function carriedOut(truth: Truth, action: string, authority: Authority, begun: number, changed: number): Event[] {
  const run = executionOf({
    id: `${truth.id}-${action}`,
    recommendation: recommendation(truth, action),
    authority,
    startedAt: begun,
  });
  return [
    { type: 'authorised', at: begun, execution: run },
    { type: 'executed', at: changed, undo: null, message: 'done', verify: VERIFY },
  ];
}

const verified = (at: number, verdict: 'recovered' | 'unchanged' | 'worse'): Event => ({
  ...{ type: 'verified', at },
  verification: { verdict, at, message: 'looked' },
});
const sample = (at: number, tooEarly: boolean): Event => ({
  ...{ type: 'sampled', at },
  sample: {
    at,
    healthy: true,
    severity: 0,
    worse: false,
    message: '',
    ...(tooEarly ? { goneEarly: true as const } : {}),
  },
});
const alert = ({ id, began, ended, service }: Truth, status: 'firing' | 'resolved') =>
  alertOf({
    fingerprint: id,
    labels: { namespace: 'shop', service, severity: 'critical' },
    startsAt: began,
    status,
    endsAt: status === 'firing' ? null : ended - 1_000,
  });
