import { newIncident } from '../domain/group.ts';
import type { Incident } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import { nearest } from '../domain/nearest-word.ts';
import { BY_HAND, byHandKeyOf, PROPOSAL_MS } from '../domain/proposal.ts';
import { confidenceIn } from '../domain/recommend.ts';
import { transition } from '../domain/transition.ts';
import type { Decision } from '../domain/types/decision.ts';
import type { Diagnosis } from '../domain/types/diagnosis.ts';
import type { Subject } from '../domain/types/entity.ts';
import type { ByHand, Step } from '../domain/types/playbook.ts';
import { diagnoseByHand } from '../evidence/by-hand.ts';
import type { Answer, RunWish } from '../extension-points/people.ts';
import type { Action } from '../extension-points.ts';
import type { StageDeps } from './deps.ts';
import { planPolicy } from './plan-policy.ts';
import { planStep } from './plan-step.ts';
import { saveTransition } from './record.ts';
import { findTarget } from './run-target.ts';

/**
 * A step that a person wants done: an incident that shows the plan and its dry run and asks, as a proposal does. Anybody may ask for it, who may approve decides; from there on it passes what every step passes. Whatever
 * would only be told in the channel is told to the one who asks, and nothing is opened.
 */
export async function runByHand(deps: StageDeps, wish: RunWish, user: string): Promise<Answer> {
  const found = findAction(deps, wish.action);
  if (!found.ok) return found;
  const { action } = found;
  const read = readParams(action, wish.params);
  if (!read.ok) return read;
  if (deps.mode === 'observe') return no('Nightshift only observes here: it changes nothing, for nobody.');
  const target = await findTarget(deps, action, wish.target);
  if (!target.ok) return target;
  const { subject, entity } = target;
  if (deps.protectedNamespaces.includes(subject.namespace))
    return no(`${subject.namespace} is a protected namespace: nothing is changed there.`);
  const step: Step = {
    action: action.name,
    rung: action.rungs[0] ?? 'remediate',
    threshold: 0,
    confidence: 0,
    params: read.params,
  };
  return open(deps, subject, { user, step, target: entity });
}

async function open(deps: StageDeps, subject: Subject, byHand: ByHand): Promise<Answer> {
  const groupKey = byHandKeyOf(subject);
  const known = await deps.store.findByGroup(groupKey);
  if (known.open) return no(`${known.open.id} is about that already: decide there first.`);
  const at = deps.clock.now();
  const { step, target, user } = byHand;
  const wanted = `${titleOf(deps, step)}: wanted by hand`;
  const finding = { kind: 'anomaly', about: target, at, what: BY_HAND, message: wanted, strength: 1 } as const;
  const id = await deps.store.newId();
  const made = transition(
    { ...newIncident(id, { ...subject, entity: target }, at, known.lastClosed), groupKey, byHand },
    { type: 'anomaly_seen', at, finding },
  );
  const asked = {
    at,
    type: 'noted',
    message: 'Asked for this by hand',
    by: user,
    from: 'noticed',
    to: 'noticed',
  } as const;
  const first = {
    ...made,
    timeline: [...made.timeline, asked],
    effects: [{ kind: 'diagnose', dueAt: at } as const, ...made.effects],
  };
  const { decision } = await judgedByHand(deps, made.incident, byHand);
  if (decision.kind !== 'ask') return no(`Not possible now: ${decision.reason}`);
  const saved = await saveTransition(deps, null, first, null);
  if (!saved) return no('Somebody else has just asked for it.');
  const { summary } = decision.recommendation.plan;
  return {
    ok: true,
    message: `${id} shows the plan in the channel (${summary}); it runs when somebody who may approve says yes.`,
  };
}

/** The plan as it would be done now, and that it has to be asked about; refusals are the reason why not. */
export async function judgedByHand(
  deps: StageDeps,
  incident: Incident,
  byHand: ByHand,
): Promise<Extract<Event, { type: 'diagnosed' }>> {
  const diagnosis = await diagnoseByHand(deps, incident, byHand.target);
  const decision = await decided(deps, { ...incident, diagnosis }, diagnosis, byHand);
  return { type: 'diagnosed', at: deps.clock.now(), diagnosis, decision, skippedSteps: [] };
}

async function decided(
  deps: StageDeps,
  incident: Incident,
  diagnosis: Diagnosis,
  { step, cure }: ByHand,
): Promise<Decision> {
  const not = (reason: string): Decision => ({ kind: 'escalate', options: [], reason });
  const action = deps.actions.get(step.action);
  if (!action) return not(`the action ${step.action} is not there any more`);
  const done = incident.executions.at(-1);
  if (done) return not(`it was done, and has not settled as it should: ${done.verification?.message ?? done.message}`);
  if ((await deps.store.pauseState()).paused) return not('Nightshift is paused; `/heal resume` lifts it.');
  const planned = await planStep(deps, incident, { step });
  if (!planned.ok) return not(planned.refusal.message);
  if (planned.plan.changes.length === 0) return not(`${planned.plan.summary}: nothing would be changed`);
  const confidence = confidenceIn(action, diagnosis.causes[0] ?? null, { worked: 0, tried: 0 });
  const { critical } = planPolicy(deps, planned.plan, { namespace: incident.namespace, name: incident.service });
  return {
    kind: 'ask',
    recommendation: { issue: diagnosis.issue.kind, step, stepIndex: 0, plan: planned.plan, confidence, reasons: [] },
    options: [],
    timeoutMs: PROPOSAL_MS,
    atTimeout: 'expire',
    critical,
    reason: cure ? `${cure.incidentId} is over` : 'a person wants it',
  };
}

/** All but what only calls a person, and what only a proposal takes. */
const mayRun = ({ actions }: StageDeps): Action[] =>
  [...actions.values()].filter(({ rungs, proposed }) => !proposed && rungs.some((rung) => rung !== 'escalate'));

export const runnable = (deps: StageDeps) =>
  mayRun(deps)
    .map(({ name, title, params = {} }) => ({ name, title, params: Object.keys(params) }))
    .sort((a, b) => a.name.localeCompare(b.name));

const titleOf = (deps: StageDeps, { action }: Step): string => deps.actions.get(action)?.title ?? action;

type FoundAction = { ok: true; action: Action } | { ok: false; message: string };

/** By its whole name, or its first words where no other begins so; a slip gets one suggestion. */
function findAction(deps: StageDeps, said: string): FoundAction {
  const wanted = said.toLowerCase().replaceAll(/[\s-]/g, '_');
  const may = mayRun(deps);
  const whole = may.find(({ name }) => name === wanted);
  if (whole) return { ok: true, action: whole };
  const begin = may.filter(({ name }) => name.startsWith(`${wanted}_`));
  if (begin[0] && begin.length === 1) return { ok: true, action: begin[0] };
  if (begin.length > 1)
    return {
      ok: false,
      message: `Which one? ${begin
        .slice(0, 6)
        .map(({ name }) => `\`${name}\``)
        .join(', ')}`,
    };
  const meant = nearest(
    wanted,
    may.map(({ name }) => name),
  );
  const hint = meant ? `Did you mean \`${meant}\`?` : '`/heal run` lists what there is.';
  return { ok: false, message: `There is no action of that name. ${hint}` };
}

type ReadParams = { ok: true; params: Step['params'] } | { ok: false; message: string };

/** As a playbook would have them: numbers and yes or no as such. */
function readParams(action: Action, given: Record<string, string>): ReadParams {
  const known = Object.keys(action.params ?? {});
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const takes = known.length > 0 ? `it takes ${known.map((name) => `\`${name}\``).join(', ')}` : 'it takes none';
    return { ok: false, message: `\`${action.name}\` has no parameter “${unknown.slice(0, 40)}”: ${takes}.` };
  }
  const params = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, readValue(value)]));
  const fault = action.paramFault?.(params) ?? null;
  return fault ? { ok: false, message: `\`${fault.param}\` ${fault.message}` } : { ok: true, params };
}

function readValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d{1,12}(\.\d{1,6})?$/.test(text) ? Number(text) : text;
}

const no = (message: string): Answer => ({ ok: false, message });
