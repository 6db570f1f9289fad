import type { Truth } from '../../../sandbox/shop/faults/kind.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import type { Recommendation } from '../../../src/domain/types/recommendation.ts';

/** One incident of a scenario: as it was when somebody was first told or something was first done, and as it ended. */
export type Told = { now: Incident; first: Incident; alertedAt: number | null; toldAt: number | null };

export type MoveRow = {
  kind: string;
  service: string;
  /** The incident that came nearest to the truth. */
  incident: string;
  /** `wrong`: another object is blamed; `needless`: a step on the right object that does no harm and is none of the remedies; `vague`: a person is called without the object or what to do. */
  first: 'right' | 'needless' | 'vague' | 'wrong' | 'harmful' | 'nothing';
  move: string;
  /** Seconds from the alert to the recommendation or hand-over; null where no alert came before it. */
  seconds: number | null;
  step: 'cured' | 'in vain' | 'none';
  ended: string;
  handOver: string | null;
};

const RANKS = ['harmful', 'right', 'wrong', 'needless', 'vague', 'nothing'] as const;

/** Of a storm of incidents about one fault the most telling counts, but harm always does. */
export function judgeMove(where: { kind: string; service: string }, truth: Truth, told: Told[]): MoveRow {
  const rows = told.map((one) => judgeOne(where, truth, one));
  const nothing: MoveRow = {
    ...where,
    ...{ incident: '', first: truth.culprit === null ? 'right' : 'nothing', move: 'nothing was noticed' },
    ...{ seconds: null, step: 'none', ended: '', handOver: null },
  };
  const [best = nothing] = rows.toSorted((left, right) => RANKS.indexOf(left.first) - RANKS.indexOf(right.first));
  return { ...best, step: rows.some(({ step }) => step === 'cured') ? 'cured' : best.step };
}

function judgeOne(where: { kind: string; service: string }, truth: Truth, told: Told): MoveRow {
  const { now, first, alertedAt, toldAt } = told;
  const step = firstStep(first);
  const handOver = first.diagnosis?.handOver ?? null;
  const steps = now.executions.filter(({ changed, result }) => changed === true || result === 'done');
  const outcome = now.state.name === 'closed' ? now.state.outcome : now.state.name;
  return {
    ...where,
    incident: `${now.id} ${now.service}`,
    first: verdictOn(first, step, truth),
    move: step?.step.action ?? moveOf(first),
    seconds: toldAt === null || alertedAt === null ? null : Math.max(0, Math.round((toldAt - alertedAt) / 1_000)),
    step: steps.length === 0 ? 'none' : outcome === 'healed' ? 'cured' : 'in vain',
    ended: outcome,
    handOver: handOver ? `${handOver.object.kind} ${handOver.object.name} ${handOver.what}` : null,
  };
}

function moveOf({ state, options }: Incident): string {
  if (state.name !== 'escalated') return state.name;
  const offered = options.map(({ step }) => step.action).join(', ');
  return offered === '' ? `person: ${state.why}` : `person or ${offered}: ${state.why}`;
}

function firstStep({ state, executions }: Incident): Recommendation | null {
  if (state.name === 'awaiting_approval' || state.name === 'queued') return state.recommendation;
  return executions[0]?.recommendation ?? null;
}

function verdictOn(first: Incident, step: Recommendation | null, truth: Truth): MoveRow['first'] {
  if (step) {
    if (truth.harmful.includes(step.step.action)) return 'harmful';
    if (truth.remedies.includes(step.step.action)) return 'right';
    const isIt = truth.culprit !== null && step.plan.target.name === truth.culprit.name;
    return isIt && truth.remedies.includes('observe') ? 'needless' : 'wrong';
  }
  const [offered] = first.state.name === 'escalated' ? first.options : [];
  if (offered && truth.harmful.includes(offered.step.action)) return 'harmful';
  if (offered && truth.remedies.includes(offered.step.action)) return 'right';
  const top = first.diagnosis?.named ? first.diagnosis.causes[0]?.entity : undefined;
  const { culprit } = truth;
  if (culprit === null) return first.state.name === 'closed' || !top ? 'right' : 'wrong';
  if (first.state.name === 'closed') return truth.remedies.includes('observe') ? 'right' : 'vague';
  const handOver = first.diagnosis?.handOver;
  const object = handOver?.object ?? top;
  if (!object) return 'vague';
  // A Service's own name is its workload's here; a claim, a quota or a Job is named by itself.
  const isIt =
    [object.name, top?.name].includes(culprit.name) ||
    // The Job of the hour stands for its CronJob.
    (culprit.kind === 'CronJob' && object.kind === 'Job' && object.name.startsWith(`${culprit.name}-`));
  if (!isIt) return 'wrong';
  return handOver || truth.remedies.includes('notify_oncall') ? (handOver ? 'right' : 'vague') : 'vague';
}

export function printMove(row: MoveRow): void {
  const seconds = row.seconds === null ? '' : `${row.seconds} s`;
  console.log(
    `${[
      row.kind.padEnd(22),
      row.service.padEnd(16),
      row.first.padEnd(8),
      seconds.padStart(6),
      row.step.padEnd(8),
      row.ended.padEnd(12),
    ].join(' ')} ${row.incident} ${row.move.slice(0, 160)}${row.handOver ? ` [${row.handOver}]` : ''}`,
  );
}

export function moveFigures(rows: MoveRow[]): Record<string, unknown> {
  const count = (first: MoveRow['first']) => rows.filter((row) => row.first === first).length;
  const timed = rows.flatMap(({ seconds }) => seconds ?? []);
  return {
    scenarios: rows.length,
    right_first: count('right'),
    wrong: count('wrong'),
    needless: count('needless'),
    harmful: count('harmful'),
    vague: count('vague'),
    nothing: count('nothing'),
    step_offered: rows.filter(
      ({ step, move }) => step !== 'none' || !/^(person(?! or)|watching|closed|nothing)/.test(move),
    ).length,
    step_cured: rows.filter(({ step }) => step === 'cured').length,
    handed_over: rows.filter(({ handOver, step }) => handOver !== null && step === 'none').length,
    within_60_s: timed.filter((seconds) => seconds <= 60).length,
    told_after_alert: timed.length,
    not_right: rows.filter(({ first }) => first !== 'right').map(({ kind, first }) => `${kind}: ${first}`),
  };
}
