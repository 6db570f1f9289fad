import { neverHere } from '../domain/authorise.ts';
import type { Incident } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import type { State } from '../domain/incident-state.ts';
import { isOfAnother } from '../domain/moves/agreeing.ts';
import { standingChange } from '../domain/moves/undoing.ts';
import { isTurnedDown } from '../domain/rejection.ts';
import type { Plan } from '../domain/types/plan.ts';
import type { Answer, People } from '../extension-points/people.ts';
import { forecastNow } from '../learning/forecast-demand.ts';
import { scoreNow } from '../learning/score-service.ts';
import { trainOnDemand } from '../learning/train-on-demand.ts';
import type { StageDeps } from './deps.ts';
import { incidentMeant, MAX_LISTED } from './incident-meant.ts';
import { mayStart } from './may-start.ts';
import { mute, unmute } from './mute.ts';
import { doneWords, hasItWords, no, tooLate, yes } from './people-words.ts';
import { shownPlan } from './plan-policy.ts';
import { proposeScaling } from './propose-scaling.ts';
import { type Recorded, record } from './record.ts';
import { runByHand, runnable } from './run-by-hand.ts';
import { lift, silence, silenceIncident, silences } from './silence.ts';
import { historyNow, statsNow } from './stats-and-history.ts';
import { whoMay } from './who-may.ts';

/** What people can do. Starting something needs an approver; stopping is open to everyone in the channel (law 4). The answer says what really happened: who won, or why not. */
export function createPeople(deps: StageDeps): People {
  const now = () => deps.clock.now();
  /** `planOf`: the step that would be started; null when nothing is. `glass`: why somebody who is no approver wants to. */
  const start = async (
    id: string,
    user: string,
    planOf: (incident: Incident) => Plan | null,
    eventOf: (incident: Incident) => Event | string,
    glass?: string,
  ): Promise<Answer> => {
    const incident = await deps.store.load(id);
    if (!incident) return no(`There is no incident ${id}.`);
    const may = mayStart(deps, user, incident, planOf(incident), glass);
    if (!may.ok) {
      await record(deps, id, {
        type: 'noted',
        at: now(),
        message: 'Tried to start something and is not an approver',
        by: user,
      });
      return no(may.message);
    }
    const event = eventOf(incident);
    if (typeof event === 'string') return no(event);
    const isYes = event.type === 'approved' || event.type === 'option_chosen';
    const asMay: Event = isYes ? { ...event, ...may.how } : event;
    return told(await record(deps, id, asMay), asMay, now());
  };
  const stop = async (id: string, event: Event): Promise<Answer> => told(await record(deps, id, event), event, now());

  return {
    approve: (id, user, planDigest, { glass, askedAt } = {}) =>
      start(
        id,
        user,
        (incident) => planWith(incident, planDigest ?? shownDigest(incident)) ?? shownPlan(incident),
        (incident) => {
          const digest = planDigest ?? shownDigest(incident);
          if (!digest) return tooLate(incident);
          const { state } = incident;
          if (state.name !== 'awaiting_approval') return { type: 'approved', at: now(), user, planDigest: digest };
          if (state.planDigest !== digest) return 'The plan has changed since that message: look at the newest one.';
          if (isOfAnother(state, askedAt))
            return 'That was asked anew since, as more than the plan counts: look at the newest message.';
          return { type: 'approved', at: now(), user, planDigest: digest, askedAt: askedAt ?? state.since };
        },
        glass,
      ),
    choose: (id, user, planDigest) =>
      start(
        id,
        user,
        (incident) => planWith(incident, planDigest),
        () => ({ type: 'option_chosen', at: now(), user, planDigest, asApproval: true }),
      ),
    undo: (id, user) =>
      start(
        id,
        user,
        (incident) => standingChange(incident)?.recommendation.plan ?? null,
        (incident) => whyNotUndone(deps, incident) ?? { type: 'undo_asked', at: now(), user },
      ),
    reject: (id, user, how) => stop(id, { type: 'rejected', at: now(), user, how }),
    hold: (id, user, forMs) => stop(id, { type: 'held', at: now(), user, forMs }),
    page: async (id, user) => {
      const answer = await stop(id, { type: 'page_asked', at: now(), user });
      return answer.ok && !deps.pager.configured
        ? yes('No pager is configured: the approvers are called in the channel.')
        : answer;
    },
    acknowledge: async (id, user) => {
      const recorded = await record(deps, id, { type: 'acknowledged', at: now(), by: user, here: true });
      if (!recorded) return no('There is no such incident.');
      if (recorded.before.state.name === 'closed') return no(tooLate(recorded.before, now()));
      return yes(hasItWords(recorded.after));
    },
    giveReason: async (id, user, { reason, note }) => {
      const incident = await deps.store.load(id);
      if (!incident?.rejections?.some((one) => one.user === user))
        return no('You have turned nothing down there that could be explained.');
      await record(deps, id, { type: 'reason_given', at: now(), user, reason, note });
      return yes('Thank you; that is remembered.');
    },
    feedback: (id, user, right) => stop(id, { type: 'feedback', at: now(), user, right }),
    close: (id, user, outcome) =>
      start(
        id,
        user,
        () => null,
        () => ({ type: 'closed_by_human', at: now(), user, outcome }),
      ),
    async pause(user, reason, forMs) {
      const pause = await deps.store.pause(user, reason, now(), forMs === null ? null : now() + forMs);
      return yes(`Paused${pause.until ? ' until then' : ''}: nothing new starts anywhere. \`/heal resume\` lifts it.`);
    },
    async resume(user) {
      const before = await deps.store.pauseState();
      if (!before.paused) return no('Nightshift is not paused.');
      if (deps.anyApprover(user)) {
        await deps.store.resume(user, now());
        return yes('Resumed.');
      }
      return no('Only an approver may resume; anyone may pause.');
    },
    mute: (reference, user, reason, forMs) => mute(deps, reference, user, reason, forMs),
    unmute: (reference, user) => unmute(deps, reference, user),
    silence: (what, user, forMs) =>
      'matchers' in what
        ? silence(deps, [what.matchers], user, 'asked for', forMs)
        : silenceIncident(deps, what.incidentId, user, forMs),
    silences: () => silences(deps),
    liftSilence: (silenceId, user) => lift(deps, silenceId, user),
    mutes: () => deps.mutes?.all() ?? [],
    find: (reference) => incidentMeant(deps, reference),
    load: (id) => deps.store.load(id),
    open: () => deps.store.listOpen(MAX_LISTED),
    recent: (filter) => deps.store.list({ ...filter, limit: MAX_LISTED }),
    who: (reference) => whoMay(deps, reference),
    playbooks: () =>
      [...deps.playbooks.entries()]
        .map(([name, { steps }]) => ({ name, steps: steps.map(({ action }) => action) }))
        .sort((a, b) => a.name.localeCompare(b.name)),
    timeline: (id) => deps.store.timeline(id),
    pauseState: () => deps.store.pauseState(),
    notes: () => deps.notes?.() ?? [],
    doctor: async () => (await deps.examine?.()) ?? [],
    score: (reference) => scoreNow(deps, reference),
    forecast: (reference) => forecastNow(deps, reference),
    run: (wish, user) => runByHand(deps, wish, user),
    runnable: () => runnable(deps),
    propose: (reference, user) => proposeScaling(deps, reference, user),
    stats: (reference, weeks) => statsNow(deps, reference, weeks),
    history: (reference) => historyNow(deps, reference),
    train: (reference) => trainOnDemand(deps, reference),
  };
}

/** The plan that is meant, among those that the incident offers. */
const planWith = ({ options, state }: Incident, digest: string | null): Plan | null => {
  const all = [...options, ...('recommendation' in state ? [state.recommendation] : [])];
  return all.find(({ plan }) => plan.digest === digest)?.plan ?? null;
};

function whyNotUndone(deps: StageDeps, incident: Incident): string | null {
  if (BUSY.includes(incident.state.name)) return 'Undo is possible once the step has been carried out and verified.';
  const change = standingChange(incident);
  if (!change) return 'Nothing that Nightshift changed here still stands and can be taken back.';
  const never = neverHere({ ...deps, plan: change.recommendation.plan });
  return never && `Not taken back: ${never.message} A person has to do it by hand.`;
}

const BUSY: State['name'][] = ['queued', 'executing', 'verifying', 'undoing'];

const shownDigest = (incident: Incident): string | null =>
  incident.state.name === 'awaiting_approval'
    ? incident.state.planDigest
    : (incident.options.find((one) => !isTurnedDown(incident.rejections, one))?.plan.digest ?? null);

/** Whether the event moved the incident, in words for the one who pressed. */
function told(recorded: Recorded | null, event: Event, now: number): Answer {
  if (!recorded) return no('There is no such incident.');
  const { before, after } = recorded;
  if (before.state.name !== after.state.name || JSON.stringify(before.state) !== JSON.stringify(after.state))
    return yes(doneWords(event, after));
  if (event.type === 'feedback') return yes('Thank you; that is remembered.');
  if (event.type === 'page_asked')
    return before.state.name === 'closed'
      ? no('The incident is closed: nobody was paged.')
      : yes('A person is being paged.');
  return no(tooLate(before, now));
}
