import type { Incident, TimelineEntry } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import { linesThatStand, newsLines } from '../domain/news-lines.ts';
import { isStormKey } from '../domain/open-line.ts';
import { pagesOf } from '../domain/pages.ts';
import { callsOf } from '../domain/person-calls.ts';
import { mayWake } from '../domain/routing.ts';
import { CALM_EDIT_MS, isCalmChange } from '../domain/shown-digest.ts';
import { unshown } from '../domain/storm.ts';
import { transition } from '../domain/transition.ts';
import type { MessageContext } from '../ports/chat.ts';
import type { StageDeps } from './deps.ts';
import { firstPost } from './first-post.ts';
import { type Ringing, ring, settleCalls } from './notify-calls.ts';
import { isPictureDue, sendPicture } from './notify-chart.ts';
import { isGraphDue, sendGraph } from './notify-graph.ts';
import { planPolicy, shownPlan } from './plan-policy.ts';
import { isOnList } from './show-list.ts';
import { NOTHING, type Stage, type StageResult } from './stage.ts';

const LINES_AT_ONCE = 20;
/** Real time. */
const EDIT_EVERY_MS = 1_000;
const HEAD = 200;
const TAIL = 50;

/**
 * Brings what the chat shows up to what the incident is now: first what has to ring, then the one message and its thread, then what is decided. The message comes first only where there is none yet.
 * What is shown already isn't sent again.
 */
const notify: Stage = {
  kind: 'notify',
  does: 'ring where somebody is asked or called, post or edit the one message, and add to its thread',
  giveUp: null,
  async run(deps, incident, due) {
    if (isToldByStorm(incident)) return NOTHING;
    if (!incident.message && (await isOnList(deps))) return whileListed(deps, incident);
    const { context, lines, standsAt } = await lookUp(deps, incident);
    const early = incident.message ? await ring(deps, incident, context) : null;
    let current = happened(incident, early?.events ?? []);
    const shown = await show(deps, current, context, lines, due.attempt);
    current = happened(current, shown.events);
    const late = early || !current.message ? null : await ring(deps, current, context);
    const settled = await settleCalls(deps, happened(current, late?.events ?? []), context);
    const events = [...(early?.events ?? []), ...shown.events, ...(late?.events ?? []), ...settled.events];
    const waits = [shown.againAt, standsAt, ...[early, late, settled].map((one) => retryAt(deps, one))];
    const again = waits.filter((at) => at != null);
    return again.length > 0 ? { events, againAt: Math.min(...again) } : { events };
  },
};

/** Over with a storm, in which it was told among many: nobody was asked and nothing was done, so there is nothing more to say of it. */
const isToldByStorm = (incident: Incident): boolean =>
  incident.state.name === 'closed' &&
  !incident.message &&
  incident.executions.length === 0 &&
  callsOf(incident).length === 0 &&
  pagesOf(incident).some(({ dedupKey }) => isStormKey(incident.cluster, dedupKey));

/** The list has a line for it: only what has to be answered rings by itself. It is looked at again the later, the more are listed. */
async function whileListed(deps: StageDeps, incident: Incident): Promise<StageResult> {
  const waitMs = Math.max(LISTED_LEAST_MS, unshown(await deps.openLines()).length * LISTED_EACH_MS);
  const later = deps.clock.now() + inClockTime(deps, waitMs);
  if (incident.state.name !== 'awaiting_approval' && callsOf(incident).length === 0)
    return { events: [], againAt: later };
  const { context } = await lookUp(deps, incident);
  const asked = await ring(deps, incident, context, (call) => call.kind === 'question');
  const settled = await settleCalls(deps, happened(incident, asked.events), context);
  const again = [retryAt(deps, asked), retryAt(deps, settled), later];
  return { events: [...asked.events, ...settled.events], againAt: Math.min(...again.filter((at) => at !== undefined)) };
}

/** Real time. */
const LISTED_LEAST_MS = 10_000;
const LISTED_EACH_MS = 100;

const happened = (incident: Incident, events: Event[]): Incident =>
  events.reduce((one, event) => transition(one, event).incident, incident);

const retryAt = (deps: StageDeps, ringing: Ringing | null): number | undefined =>
  ringing?.retryMs == null ? undefined : deps.clock.now() + inClockTime(deps, ringing.retryMs);

/** The one message, and the thread's next lines. Edits are gathered: what happens within a second is one edit. */
async function show(
  deps: StageDeps,
  incident: Incident,
  context: MessageContext,
  lines: TimelineEntry[],
  attempt: number,
): Promise<StageResult> {
  const { message: shown } = incident;
  const soonest = shown ? shown.at + inClockTime(deps, EDIT_EVERY_MS) : 0;
  if (deps.clock.now() < soonest) return { events: [], againAt: soonest };
  const digest = deps.chat.digest(incident, context);
  if (shown?.digest === digest && lines.length === 0) return NOTHING;
  const calmUntil = shown && isCalmChange(shown.digest, digest) ? shown.at + CALM_EDIT_MS : 0;
  if (shown && deps.clock.now() < calmUntil)
    return threadOnly(deps, { ...incident, message: shown }, context, lines, calmUntil);
  const delivery = shown
    ? await deps.chat.deliver(incident, context)
    : await firstPost(deps, incident.id, (isNew) => deps.chat.deliver(incident, { ...context, isNew }));
  if (!delivery.ok) {
    deps.log.warn({ incident: incident.id, why: delivery.message }, 'the message could not be sent');
    const waitMs = delivery.retryAfterMs ?? Math.min(60_000, 1000 * 2 ** attempt);
    return { events: [], againAt: deps.clock.now() + inClockTime(deps, waitMs) };
  }
  const { channel, ts } = delivery;
  const at = deps.clock.now();
  const message = { channel, ts, digest, at, threaded: shown?.threaded ?? 0 };
  const news = newsLines(context.timeline.slice(0, message.threaded), lines);
  const threaded =
    news.length > 0 ? await deps.chat.threadLines({ ...incident, message }, news) : { ok: true as const };
  if (threaded.ok && isPictureDue(lines, context.timeline)) sendPicture(deps, { ...incident, message });
  if (threaded.ok && isGraphDue(lines, incident)) sendGraph(deps, { ...incident, message });
  const sent = threaded.ok ? lines.length : 0;
  const events: Event[] = [{ type: 'delivered', at, channel, ts, digest, threaded: message.threaded + sent }];
  const more = !threaded.ok || lines.length === LINES_AT_ONCE;
  return more ? { events, againAt: at + inClockTime(deps, EDIT_EVERY_MS) } : { events };
}

/** Nothing that a person would act on has changed: the message waits, and what is new is said in the thread. */
async function threadOnly(
  deps: StageDeps,
  incident: Incident & { message: NonNullable<Incident['message']> },
  context: MessageContext,
  lines: TimelineEntry[],
  againAt: number,
): Promise<StageResult> {
  if (lines.length === 0) return { events: [], againAt };
  const { message } = incident;
  const news = newsLines(context.timeline.slice(0, message.threaded), lines);
  const sent = news.length > 0 ? await deps.chat.threadLines(incident, news) : { ok: true as const };
  const at = deps.clock.now();
  const soon = at + inClockTime(deps, EDIT_EVERY_MS);
  if (!sent.ok) return { events: [], againAt: soon };
  const kept: Event = {
    ...message,
    type: 'delivered',
    at,
    threaded: message.threaded + lines.length,
    kept: true,
  };
  return { events: [kept], againAt: lines.length === LINES_AT_ONCE ? soon : againAt };
}

/** Slack's waits are in real time; the clock may be the sandbox's. */
const inClockTime = (deps: StageDeps, realMs: number): number => realMs / Math.max(1e-3, deps.clock.realDelay(1));

/** The thread's next lines that can be told by now, when more of them can, and of the timeline what the views look at: its beginning and its end. */
async function lookUp(
  deps: StageDeps,
  incident: Incident,
): Promise<{ context: MessageContext; lines: TimelineEntry[]; standsAt: number | null }> {
  const threaded = incident.message?.threaded ?? 0;
  const [head, lines, tail, paused] = await Promise.all([
    deps.store.timeline(incident.id, 0, HEAD - 1),
    deps.store.timeline(incident.id, threaded, threaded + LINES_AT_ONCE - 1),
    deps.store.timeline(incident.id, -TAIL, -1),
    deps.store.pauseState(),
  ]);
  const timeline = head.length < HEAD ? head : [...head, ...tail];
  const standing = linesThatStand(timeline.slice(0, threaded), lines, deps.clock.now());
  const { approvers, named, fourEyes } = planPolicy(deps, shownPlan(incident), {
    namespace: incident.namespace,
    name: incident.service,
  });
  return {
    context: {
      timeline,
      paused,
      approvers,
      ...(named ? { named } : {}),
      ...(fourEyes ? { fourEyes } : {}),
      ...(deps.pager.configured ? {} : { noPager: true as const }),
      ...(mayWake(deps.night ?? null, incident, deps.clock.now(), 'mention') ? {} : { noMention: true as const }),
      now: deps.clock.now(),
    },
    lines: lines.slice(0, standing.count),
    standsAt: standing.until,
  };
}

export default notify;
