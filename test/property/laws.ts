import { isProposal } from '../../src/domain/proposal.ts';
import type { Answer } from '../../src/extension-points/people.ts';
import type { Change } from './law-changes.ts';
import type { Whole } from './law-run.ts';
import type { Heard } from './mouths.ts';

/** Alerts that were sent together, by fingerprint; `taken`: they were answered with 2xx. The timeline shows each as `<name>-<fingerprint>`, which no other delivery has. */
export type Delivery = { name: string; prints: string[]; taken: boolean };
/** One press by a user who presses once; `answer` is null when the process died before it could answer. */
export type Click = {
  user: string;
  incident: string;
  how: string;
  answer: Answer | null;
  at: number;
  /** Of the plan that was shown. */
  digest: string | null;
};
/** A change that was made: for which incident, by which work, when. */
export type Made = Change & { incident: string; effect: string; at: number };

export type Seen = {
  incidents: Whole[];
  deliveries: Delivery[];
  clicks: Click[];
  changes: Made[];
  heard: Heard[];
  /** From when on everything was left to run, and until when. */
  restAt: number;
  now: number;
  /** Nothing was to be changed, at least for a while. */
  wasObserving: boolean;
  isBroken(service: string): boolean;
  /** Service → the incident that has it locked. */
  locks: Record<string, string>;
};

export const WORKING: string[] = ['queued', 'executing', 'verifying', 'undoing'];

/** What is wrong with what is kept at the end, each with the law's number. Empty when all is well. */
export const brokenLaws = (seen: Seen): string[] => [
  ...alertsElsewhere(seen),
  ...twoOfAGroup(seen),
  ...wrongAnswers(seen),
  ...wrongAuthority(seen),
  ...unverified(seen),
  ...unheard(seen),
  ...notAtRest(seen),
];

/** 1: an alert that was taken is in one timeline, or says nothing new and is known already; one that wasn't taken is in at most one. Its incident keeps it. */
function alertsElsewhere({ deliveries, incidents }: Seen): string[] {
  const keepers = (print: string) => incidents.filter((one) => one.alerts.some((alert) => alert.fingerprint === print));
  return deliveries.flatMap(({ name, taken, prints }) =>
    prints.flatMap((print) => {
      const told = incidents.flatMap((one) => linesWith(one, `${name}-${print}`).map(() => one));
      const kept = keepers(print);
      if (told.length > 1) return [`1: ${name}-${print} is in ${told.length} timelines`];
      if (taken && kept.length === 0) return [`1: ${name}-${print} was taken and is nowhere`];
      return told.every((one) => kept.includes(one))
        ? []
        : [`1: ${name}-${print} is not among the alerts of ${told[0]?.id}`];
    }),
  );
}

/** 1: a service has one open incident; an undo may open an older one beside it. */
function twoOfAGroup({ incidents }: Seen): string[] {
  const open = incidents.filter(
    (one) =>
      one.state.name !== 'closed' && !one.timeline.some((line) => line.type === 'undo_asked' && line.from !== line.to),
  );
  const twice = open.filter((one) => open.some((other) => other.id !== one.id && other.groupKey === one.groupKey));
  return twice.map((one) => `1: ${one.id} is not the only open incident of ${one.groupKey}`);
}

const linesWith = (incident: Whole, name: string) =>
  incident.timeline.filter((line) => line.type === 'alerts' && namesIn(line.message).includes(name));

const namesIn = (message: string): string[] => message.slice(message.indexOf(': ') + 2).split(', ');

/** 3: whoever is told that it counted is in the timeline as having moved the incident, and nobody else is. */
function wrongAnswers({ clicks, incidents }: Seen): string[] {
  return clicks.flatMap(({ user, how, answer, incident }) => {
    if (how !== 'approve' && how !== 'choose') return [];
    const lines = incidents.flatMap((one) => one.timeline.filter((line) => line.by === user));
    const won = lines.filter((line) => line.from !== line.to && line.to === 'queued');
    if (won.length > 1) return [`3: ${user} won ${won.length} times`];
    if (answer && answer.ok !== (won.length === 1))
      return [`3: ${user} was told ${JSON.stringify(answer)} about ${incident}, and won ${won.length} times`];
    return [];
  });
}

/** 3: each execution has an authority that won, and no authority has two. */
function wrongAuthority({ incidents }: Seen): string[] {
  return incidents.flatMap((incident) => {
    const { timeline, executions } = incident;
    const queuedBy = (type: string) =>
      timeline.filter((line) => line.type === type && line.from !== 'queued' && line.to === 'queued');
    const users = executions.flatMap(({ authority }) => (authority.by === 'person' ? [authority.user] : []));
    const winners = [...queuedBy('approved'), ...queuedBy('option_chosen')].map((line) => line.by);
    const strangers = users.filter((user) => !winners.includes(user));
    const timeouts = executions.filter(({ authority }) => authority.by === 'timeout').length;
    return [
      ...strangers.map((user) => `3: ${incident.id} was executed for ${user}, who did not win`),
      ...(new Set(users).size < users.length ? [`3: ${incident.id} has two executions of one approval`] : []),
      ...(timeouts > queuedBy('deadline_reached').length ? [`3: ${incident.id} has more timeouts than deadlines`] : []),
    ];
  });
}

/** 6 and 7: what was really changed is known as done, and was verified. */
function unverified({ changes, incidents }: Seen): string[] {
  return changes
    .filter(({ effect, by }) => effect === 'execute' && by !== null)
    .flatMap(({ by, object }) => {
      const execution = incidents.flatMap((one) => one.executions).find((one) => one.id === by);
      return execution?.verification
        ? []
        : [`7: ${by} changed ${object} and was not verified: ${JSON.stringify(execution?.result)}`];
    });
}

/** 13: whoever is alerted reaches an end or a person in time, counted from when everything was left to run. */
function unheard({ incidents, heard, clicks, restAt, now, wasObserving }: Seen): string[] {
  return incidents.flatMap(({ id, alertedAt, closedAt, state, message }) => {
    if (alertedAt === undefined) return [];
    const until = Math.max(alertedAt, restAt) + UNANSWERED_MS + SLACK_MS;
    const ended = state.name === 'closed' && (closedAt ?? now) <= until;
    const reached = [...heard, ...clicks].some((one) => one.incident === id && one.at <= until);
    // Where nothing is ever changed, a post in the channel is all that there is to hear.
    const posted = wasObserving && message !== null;
    return ended || reached || posted || until > now
      ? []
      : [`13: nobody heard of ${id} by ${new Date(until).toISOString()}`];
  });
}
const UNANSWERED_MS = 15 * 60_000;
/** Work is looked at so seldom here. */
const SLACK_MS = 2 * 60_000;

const ON_A_NODE = 'd-api';

/** 5: at rest nothing is half-way, no lock is held by an incident that is through, and what is over is closed. */
function notAtRest({ incidents, locks, isBroken }: Seen): string[] {
  const working = incidents.filter((incident) => WORKING.includes(incident.state.name));
  const held = Object.entries(locks).filter(([, id]) => !working.some((incident) => incident.id === id));
  // Whose node is ill isn't well.
  const over = incidents.filter(
    ({ state, alerts, service, groupKey }) =>
      state.name !== 'closed' &&
      // A question whether what cured it stays has an hour.
      !isProposal({ groupKey }) &&
      !isBroken(service) &&
      !isBroken(ON_A_NODE) &&
      alerts.every((alert) => alert.status === 'resolved'),
  );
  return [
    ...over.map((incident) => `${incident.id} is ${incident.state.name}, though all is over`),
    ...working.map((incident) => `${incident.id} is still ${incident.state.name}`),
    ...held.map(([service, id]) => `5: ${service} is locked by ${id}, which is through`),
  ];
}
