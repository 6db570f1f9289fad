import { setTimeout as sleep } from 'node:timers/promises';
import { type IncidentView, incidentFact, incidents } from './app-client.ts';
import type { DeedFact, Facts, FaultFact, PageFact } from './facts.ts';
import { createPace, type Pace } from './pace.ts';
import type { GameDayPager } from './pager.ts';
import { clickOf, deedsDue } from './people.ts';
import type { SandboxClient } from './sandbox-client.ts';
import type { Scenario } from './scenario.ts';

const LOOK_MS = 100;
/** After everything that is expected has come to its end, so long of sandbox time is watched for more. */
const CALM_MS = 2 * 60_000;

/** Hears what happens while it does: `at` is the scenario's clock, in ms since it began. */
export type PlayProgress = {
  moved(at: number, lasts: number, open: { service: string; state: string }[]): void;
  happened(at: number, message: string): void;
};

type Stage = {
  scenario: Scenario;
  sandbox: SandboxClient;
  pager: GameDayPager;
  progress: PlayProgress;
  /** Sandbox seconds per real second to begin with; less when the machine doesn't keep up. */
  speed: number;
  signal: AbortSignal;
};

/** Plays a scenario on a running Nightshift until its end, and answers what was seen. */
export async function play(stage: Stage): Promise<Facts> {
  const { scenario, sandbox } = stage;
  for (const [name, { replicas }] of Object.entries(scenario.start.services))
    if (replicas !== undefined) await sandbox.scale(name, replicas);
  const pace = createPace(stage.speed);
  await waitUntil(stage, pace, scenario.start.at);
  const beganAt = await sandbox.now();
  const faultIds = await Promise.all(
    scenario.faults.map(({ at, kind, service, severity }) =>
      sandbox.addFault({ kind, service, severity, onset_ms: at }),
    ),
  );
  const seen = createMemory();
  await watchToTheEnd({ ...stage, beganAt, faultIds, seen }, pace);
  return {
    beganAt,
    endedAt: await sandbox.now(),
    speed: pace.speed(),
    incidents: (await incidents(sandbox.call)).map(incidentFact),
    faults: (await sandbox.faults()).filter(({ id }) => faultIds.includes(id)),
    changes: await sandbox.changes(beganAt),
    pages: seen.pages,
    deeds: seen.deeds,
  };
}

async function watchToTheEnd(played: Played, pace: Pace): Promise<void> {
  const { scenario, sandbox, progress, signal, beganAt } = played;
  let calmSince: number | null = null;
  for (;;) {
    const now = await lookAtClock(played, pace, beganAt);
    const views = await incidents(sandbox.call);
    const faults = await sandbox.faults();
    tell(played, views, faults, now);
    await takeBack(played, now);
    await givenCommands(played, now);
    await actAsPeople(played, views, now);
    const open = views.filter(({ state }) => state !== 'closed').map(({ service, state }) => ({ service, state }));
    progress.moved(now - beganAt, scenario.lasts, open);
    calmSince = isOver(scenario, views, faults) ? (calmSince ?? now) : null;
    if (now - beganAt >= scenario.lasts || (calmSince !== null && now - calmSince >= CALM_MS)) return;
    await sleep(LOOK_MS, undefined, { signal });
  }
}

type Memory = {
  told: Map<string, number>;
  done: Set<string>;
  deeds: DeedFact[];
  pages: PageFact[];
  faults: Map<string, string>;
};
type Played = Stage & { beganAt: number; faultIds: string[]; seen: Memory };

const createMemory = (): Memory => ({ told: new Map(), done: new Set(), deeds: [], pages: [], faults: new Map() });

/** Until the instant at which the scenario begins; it may have passed while the app started. */
async function waitUntil(stage: Stage, pace: Pace, instant: number): Promise<void> {
  const { progress, scenario, signal } = stage;
  for (let now = 0; now < instant; ) {
    now = await lookAtClock(stage, pace, instant);
    progress.moved(now - instant, scenario.lasts, []);
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** What time it is; slows the clock down when the answer takes too long. */
async function lookAtClock({ sandbox, progress }: Stage, pace: Pace, beganAt: number): Promise<number> {
  const asked = performance.now();
  const now = await sandbox.now();
  const slower = pace.answered(performance.now() - asked);
  if (slower !== null) {
    await sandbox.setSpeed(slower);
    progress.happened(now - beganAt, `the machine does not keep up: time runs at ${slower}x from here on`);
  }
  return now;
}

/** All faults are over and every incident that is expected is closed: what follows can only be more. */
function isOver({ expect }: Scenario, views: IncidentView[], faults: FaultFact[]): boolean {
  if (expect.incidents.length === 0 || views.length < expect.incidents.length) return false;
  return views.every(({ state }) => state === 'closed') && faults.every(({ ended }) => ended !== null);
}

/** What is new since the last look: faults, timelines, pages. */
function tell(
  { progress, beganAt, seen, pager }: Played,
  views: IncidentView[],
  faults: FaultFact[],
  now: number,
): void {
  for (const { id, kind, service, truth, ended } of faults) {
    const state = ended ? `${ended.how}` : truth ? 'begins' : 'planned';
    if (state !== 'planned' && seen.faults.get(id) !== state)
      progress.happened((ended?.at ?? now) - beganAt, `fault ${kind} of ${service} ${ended ? 'is ' : ''}${state}`);
    seen.faults.set(id, state);
  }
  for (const { id, service, timeline } of views) {
    for (const { at, message, by } of timeline.slice(seen.told.get(id) ?? 0))
      progress.happened(at - beganAt, `${id} ${service}: ${message}${by ? ` (${by})` : ''}`);
    seen.told.set(id, timeline.length);
  }
  for (const page of pager.pages().slice(seen.pages.length)) {
    seen.pages.push({ ...page, at: now });
    progress.happened(now - beganAt, `the pager: ${page.summary}`);
  }
}

async function takeBack({ scenario, sandbox, beganAt, faultIds, seen }: Played, now: number): Promise<void> {
  for (const [index, { until }] of scenario.faults.entries()) {
    const id = faultIds[index];
    if (until === undefined || id === undefined || now < beganAt + until || seen.done.has(`fault ${id}`)) continue;
    seen.done.add(`fault ${id}`);
    await sandbox.removeFault(id);
  }
}

async function givenCommands(played: Played, now: number): Promise<void> {
  const { scenario, sandbox, beganAt, seen } = played;
  for (const [index, { at, command, by }] of scenario.commands.entries()) {
    if (now < beganAt + at || seen.done.has(`command ${index}`)) continue;
    seen.done.add(`command ${index}`);
    noteDeed(played, { at: now, by, message: `/heal ${command}`, answer: await sandbox.command(command, by) });
  }
}

async function actAsPeople(played: Played, views: IncidentView[], now: number): Promise<void> {
  const { scenario, sandbox, seen } = played;
  const due = deedsDue(scenario.people, views, seen.done, now);
  if (due.length === 0) return;
  const messages = await sandbox.messages();
  for (const deed of due) {
    const click = clickOf(deed, messages);
    // The message follows its incident by a moment: the next look will find it.
    if (!click) continue;
    seen.done.add(deed.key);
    const message = `${deed.rule.do.replaceAll('_', ' ')}${deed.rule.instead ? ` ${deed.rule.instead}` : ''}, ${deed.incident.id}`;
    noteDeed(played, { at: now, by: deed.rule.by, message, answer: await sandbox.click(click) });
  }
}

function noteDeed({ seen, progress, beganAt }: Played, deed: DeedFact): void {
  seen.deeds.push(deed);
  const answer = deed.answer.split('\n')[0]?.slice(0, 160);
  progress.happened(deed.at - beganAt, `${deed.by}: ${deed.message}${answer ? ` → ${answer}` : ''}`);
}
