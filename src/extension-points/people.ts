import type { Incident, TimelineEntry } from '../domain/incident.ts';
import type { Mute } from '../domain/mute.ts';
import type { RejectReason } from '../domain/rejection.ts';
import type { Matcher, Silence } from '../ports/alert-manager.ts';
import type { Pause } from '../ports/store.ts';
import type { ForecastReport, HistoryReport, PlaybookLine, ServiceReport, StatsReport, WhoReport } from './reports.ts';

/** The answer to a person: exact, kind, in Slack's mrkdwn (already escaped). */
export type Answer = { ok: boolean; message: string };

/** What a reference leads to. `several`: it fits more than one service, so nobody knows which is meant; `choices` as `namespace/name`. */
export type FoundIncident =
  | { kind: 'one'; incident: Incident }
  | { kind: 'none' }
  | { kind: 'several'; choices: string[] };

/** What people can do, whatever they press; used by the buttons, the commands and the API alike. Every refusal says why and what would lift it. */
export type People = {
  /** `planDigest` null: the plan that is shown now (commands). `glass`: why somebody who is no approver starts it. `askedAt`: of the question that is answered. */
  approve(
    incidentId: string,
    user: string,
    planDigest: string | null,
    how?: { glass?: string; askedAt?: number | undefined },
  ): Promise<Answer>;
  reject(incidentId: string, user: string, how: 'next' | 'escalate' | 'false_alarm'): Promise<Answer>;
  hold(incidentId: string, user: string, forMs: number): Promise<Answer>;
  choose(incidentId: string, user: string, planDigest: string): Promise<Answer>;
  undo(incidentId: string, user: string): Promise<Answer>;
  page(incidentId: string, user: string): Promise<Answer>;
  /** "I'm on it": what is asked waits for them, and nobody is called again meanwhile. Open to everyone. */
  acknowledge(incidentId: string, user: string): Promise<Answer>;
  /** Why they said no to the step that was turned down last. */
  giveReason(incidentId: string, user: string, why: { reason: RejectReason | null; note: string }): Promise<Answer>;
  feedback(incidentId: string, user: string, right: boolean): Promise<Answer>;
  close(incidentId: string, user: string, outcome: 'healed_by_human' | 'false_alarm'): Promise<Answer>;
  pause(user: string, reason: string, forMs: number | null): Promise<Answer>;
  resume(user: string): Promise<Answer>;
  /** By exactly that id. */
  load(incidentId: string): Promise<Incident | null>;
  /** `INC-12`, `12`, or a service as `namespace/name`, by its name or the first words of it (its newest open incident, else its newest). */
  find(reference: string): Promise<FoundIncident>;
  open(): Promise<Incident[]>;
  /** Open and closed, newest first, at most a hundred. `service`: its bare name. */
  recent(filter: { service?: string; since?: number }): Promise<Incident[]>;
  /** Who may approve for a service, what would run alone and why. `reference` as `namespace/name`, or a name that one workload alone has. */
  who(reference: string): Promise<{ ok: true; report: WhoReport } | { ok: false; message: string }>;
  playbooks(): PlaybookLine[];
  timeline(incidentId: string): Promise<TimelineEntry[]>;
  pauseState(): Promise<Pause>;
  /** Maintenance: watched, and nothing is done. Open to everyone; only an approver ends it before its time. */
  mute(reference: string, user: string, reason: string, forMs: number): Promise<Answer>;
  unmute(reference: string, user: string): Promise<Answer>;
  mutes(): Mute[];
  /** What is wrong with Nightshift's own set-up now, a line each: a playbook that is broken … */
  notes(): string[];
  /** What `doctor` finds: every connection and right, tried now or a moment ago. */
  doctor(): Promise<ConnectionTried[]>;
  /** In Alertmanager: what fires for an incident, or what has all of these labels. Only by an approver, and with an end. */
  silence(what: { incidentId: string } | { matchers: Matcher[] }, user: string, forMs: number): Promise<Answer>;
  silences(): Promise<{ ok: true; value: Silence[] } | { ok: false; message: string }>;
  liftSilence(id: string, user: string): Promise<Answer>;
  /** What is normal for a service and how it stands now. `reference` is its name, or `namespace/name`. */
  score(reference: string): Promise<{ ok: true; report: ServiceReport } | { ok: false; message: string }>;
  /** A step that a person wants done, proposed to those who may approve it. Open to everyone. */
  run(wish: RunWish, user: string): Promise<Answer>;
  /** What may be run so, by name. */
  runnable(): { name: string; title: string; params: string[] }[];
  /** Proposes that autoscaler to those who may approve it. */
  propose(reference: string, user: string): Promise<Answer>;
  /** What is coming for a service, and the autoscaler that would meet it. */
  forecast(reference: string): Promise<{ ok: true; report: ForecastReport } | { ok: false; message: string }>;
  /** How well it does, of all services (null) or one, over so many weeks. */
  stats(
    reference: string | null,
    weeks: number,
  ): Promise<{ ok: true; report: StatsReport } | { ok: false; message: string }>;
  /** What a service has been through, newest first, with a picture. */
  history(reference: string): Promise<{ ok: true; report: HistoryReport } | { ok: false; message: string }>;
  /** Has a service (or all, with null) learned anew; the answer says when that has ended. */
  train(reference: string | null): Promise<Answer>;
};

/** `target`: a workload or a node as people name it. */
export type RunWish = { action: string; target: string; params: Record<string, string> };
/** One thing that was tried; `mend` says how it is put right. */
export type ConnectionTried = { title: string; ok: boolean; mend: string };
