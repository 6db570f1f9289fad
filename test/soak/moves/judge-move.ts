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
  /** `wrong`: another object is blamed; `vague`: a person is called without the object or what to do. */
  first: 'right' | 'vague' | 'wrong' | 'harmful' | 'nothing';
  move: string;
  /** Seconds from the alert to the recommendation or hand-over; null where no alert came before it. */
  seconds: number | null;
  step: 'cured' | 'in vain' | 'none';
  ended: string;
  handOver: string | null;
};

const RANKS = ['harmful', 'right', 'wrong', 'vague', 'nothing'] as const;

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
    move: step?.step.action ?? (first.state.name === 'escalated' ? `person: ${first.state.why}` : first.state.name),
    seconds: toldAt === null || alertedAt === null ? null : Math.max(0, Math.round((toldAt - alertedAt) / 1_000)),
    step: steps.length === 0 ? 'none' : outcome === 'healed' ? 'cured' : 'in vain',
    ended: outcome,
    handOver: handOver ? `${handOver.object.kind} ${handOver.object.name} ${handOver.what}` : null,
  };
}

function firstStep({ state, executions }: Incident): Recommendation | null {
  if (state.name === 'awaiting_approval' || state.name === 'queued') return state.recommendation;
  return executions[0]?.recommendation ?? null;
}

function verdictOn(first: Incident, step: Recommendation | null, truth: Truth): MoveRow['first'] {
  if (step) {
    if (truth.harmful.includes(step.step.action)) return 'harmful';
    return truth.remedies.includes(step.step.action) ? 'right' : 'wrong';
  }
  const top = first.diagnosis?.named ? first.diagnosis.causes[0]?.entity : undefined;
  const { culprit } = truth;
  if (culprit === null) return first.state.name === 'closed' || !top ? 'right' : 'wrong';
  if (first.state.name === 'closed') return truth.remedies.includes('observe') ? 'right' : 'vague';
  const handOver = first.diagnosis?.handOver;
  const object = handOver?.object ?? top;
  if (!object) return 'vague';
  // A Service's own name is its workload's here; a claim, a quota or a Job is named by itself.
  const isIt = object.name === culprit.name || top?.name === culprit.name;
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
    harmful: count('harmful'),
    vague: count('vague'),
    nothing: count('nothing'),
    step_offered: rows.filter(({ step, move }) => step !== 'none' || !/^(person|watching|closed|nothing)/.test(move))
      .length,
    step_cured: rows.filter(({ step }) => step === 'cured').length,
    handed_over: rows.filter(({ handOver, step }) => handOver !== null && step === 'none').length,
    within_60_s: timed.filter((seconds) => seconds <= 60).length,
    told_after_alert: timed.length,
    not_right: rows.filter(({ first }) => first !== 'right').map(({ kind, first }) => `${kind}: ${first}`),
  };
}
