import { setTimeout as sleep } from 'node:timers/promises';
import type { Truth } from '../../sandbox/shop/faults/kind.ts';
import { CURE_STANDS } from '../../src/domain/proposal.ts';
import type { Outcome } from '../../src/domain/types/outcome.ts';
import {
  incidents,
  messages,
  type Nightshift,
  removeFolder,
  send,
  startNightshift,
  temporaryFolder,
} from '../e2e/nightshift-process.ts';
import { judgeOutcome, type OutcomeVerdict } from './outcomes/judge-outcome.ts';
import { SAMPLE } from './outcomes/sample.ts';

const SPEED = Number(process.env.NIGHTSHIFT_SOAK_SPEED ?? 60);
const MINUTE = 60_000;
/** Sandbox time: before the fault, and at most after it. */
const WARM_UP_MS = 10 * MINUTE;
const LONGEST_MS = 40 * MINUTE;
/** An escalated incident is looked at so much longer: its trouble may pass. */
const AFTER_ESCALATION_MS = 4 * MINUTE;
const LOOK_EVERY_MS = 250;

type Detail = {
  id: string;
  state: string;
  outcome: Outcome | null;
  service: string;
  openedAt: number;
  mttrMs: number | null;
  issue: string | null;
  cause: { kind: string; name: string; probability: number } | null;
  alerts: number;
  stateDetail: { why?: string };
  executions: {
    recommendation: { step: { action: string } };
    verification: { verdict: string } | null;
    authority: { by: string };
  }[];
};
type Row = {
  kind: string;
  service: string;
  truth: string;
  cause: string;
  issue: string;
  steps: string;
  ended: string;
  mttrMin: number | null;
  verdict: OutcomeVerdict;
  named: 'right' | 'wrong' | 'none';
};

export const about = 'every fault to its end';

/**
 * The app as its users start it, at 60 times real time: a fault by HTTP, Approve by a click, and how it ended, against the fault's truth. One process a combination, one after
 * another. `NIGHTSHIFT_SOAK_KINDS` names some; `NIGHTSHIFT_SOAK_SPEED` slows it down for a busy machine.
 */
export async function run(): Promise<Record<string, unknown>> {
  const wanted = process.env.NIGHTSHIFT_SOAK_KINDS?.split(',');
  const rows: Row[] = [];
  for (const [kind, service] of SAMPLE.filter(([one]) => !wanted || wanted.includes(one))) {
    const row = await combination(kind, service);
    rows.push(row);
    const cells = [kind.padEnd(19), service.padEnd(16), row.verdict.padEnd(9), `cause ${row.named.padEnd(5)}`];
    console.log(
      `${cells.join(' ')} ${row.truth} / ${row.cause}; ${row.issue}; ${row.steps || 'no step'}; ${row.ended}`,
    );
  }
  const count = (test: (row: Row) => boolean) => rows.filter(test).length;
  return {
    combinations: rows.length,
    as_truth: count((row) => row.verdict === 'as_truth'),
    left_to_people: count((row) => row.verdict === 'people'),
    useless: count((row) => row.verdict === 'useless'),
    harmful: count((row) => row.verdict === 'harmful'),
    open: count((row) => row.verdict === 'open'),
    cause_right: count((row) => row.named === 'right'),
    cause_wrong: count((row) => row.named === 'wrong'),
  };
}

async function combination(kind: string, service: string): Promise<Row> {
  const dataDir = await temporaryFolder();
  const nightshift = await startNightshift({ NIGHTSHIFT_SANDBOX_SPEED: String(SPEED) }, dataDir);
  try {
    await sleep(WARM_UP_MS / SPEED);
    const known = new Set((await incidents(nightshift.url)).map(({ id }) => id));
    const { json } = await send(`${nightshift.url}/sandbox/faults`, 'POST', { kind, service });
    const { truth } = json as { truth: Truth };
    const main = await follow(nightshift, known);
    return rowOf(kind, service, truth, main);
  } finally {
    await nightshift.stop();
    await removeFolder(dataDir);
  }
}

/** Presses Approve on whatever asks for it, until the first incident has ended. */
async function follow(nightshift: Nightshift, known: Set<string>): Promise<Detail | null> {
  const until = performance.now() + LONGEST_MS / SPEED;
  let main: Detail | null = null;
  let escalatedAt: number | null = null;
  while (performance.now() < until) {
    await sleep(LOOK_EVERY_MS);
    const news = (await incidents(nightshift.url)).filter(({ id, issue }) => !known.has(id) && issue !== CURE_STANDS);
    await approveAll(
      nightshift,
      news.map(({ id }) => id),
    );
    const first = news.sort(
      (a, b) => a.openedAt - b.openedAt || Number(a.id.split('-')[1]) - Number(b.id.split('-')[1]),
    )[0];
    if (!first) continue;
    main = (await send(`${nightshift.url}/api/incidents/${first.id}`, 'GET')).json as Detail;
    if (main.state === 'closed') return main;
    escalatedAt = main.state === 'escalated' ? (escalatedAt ?? performance.now()) : null;
    if (escalatedAt !== null && performance.now() - escalatedAt > AFTER_ESCALATION_MS / SPEED) return main;
  }
  return main;
}

async function approveAll(nightshift: Nightshift, ids: string[]): Promise<void> {
  for (const message of await messages(nightshift.url)) {
    const shown = JSON.stringify(message.blocks);
    if (!shown.includes('"approve"') || !ids.some((id) => shown.includes(id))) continue;
    await send(`${nightshift.url}/sandbox/click`, 'POST', { ts: message.ts, action_id: 'approve', user: 'U_ONCALL' });
  }
}

function rowOf(kind: string, service: string, truth: Truth, main: Detail | null): Row {
  const done = main?.executions.map((one) => one.recommendation.step.action) ?? [];
  const { culprit } = truth;
  const cause = main?.cause ?? null;
  const hit = cause !== null && culprit !== null && cause.kind === culprit.kind && cause.name === culprit.name;
  const steps = main?.executions.map(
    (one) => `${one.recommendation.step.action} by ${one.authority.by}: ${one.verification?.verdict ?? 'not verified'}`,
  );
  return {
    kind,
    service,
    truth: culprit?.name ?? 'nothing',
    cause: cause ? `${cause.name} ${cause.probability.toFixed(2)}` : 'none named',
    issue: main?.issue ?? 'nothing noticed',
    steps: steps?.join(', ') ?? '',
    ended: main ? `${main.state} ${main.outcome ?? main.stateDetail.why ?? ''} (${main.service})` : 'no incident',
    mttrMin: main?.mttrMs ? main.mttrMs / MINUTE : null,
    verdict: main ? judgeOutcome({ state: main.state, outcome: main.outcome, done }, truth) : 'open',
    named: cause === null ? 'none' : hit ? 'right' : 'wrong',
  };
}
