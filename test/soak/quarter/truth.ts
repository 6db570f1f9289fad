import { prng } from '../../../src/analysis/prng.ts';

/** How a made-up incident goes. */
export const WAYS = [
  'auto_heals',
  'person_approves',
  'timeout_runs',
  'second_step_heals',
  'over_too_early',
  'goes_by_itself',
  'goes_while_asked',
  'called_false_alarm',
  'closed_as_false_alarm',
  'left_to_a_person',
  'nobody_comes',
  'made_worse',
  'proposal_lapses',
] as const;
export type Way = (typeof WAYS)[number];

/** Everything that is true of one made-up incident; instants in epoch ms, null where it never happens. */
export type Truth = {
  id: string;
  way: Way;
  namespace: string;
  service: string;
  kind: string;
  /** What the cause is at; some come back. */
  cause: string;
  actions: string[];
  confidence: number;
  hurt: ('latency' | 'errors' | 'memory')[];
  began: number;
  noticed: number;
  diagnosed: number;
  /** The last step's way; `first…` of one before it. */
  firstDone: number | null;
  firstChecked: number | null;
  decided: number | null;
  begun: number | null;
  changed: number | null;
  well: number | null;
  ended: number;
  paged: number | null;
  said: 'right' | 'wrong' | null;
};

const SERVICES = ['payment-api', 'checkout-api', 'catalog-api', 'cart-api', 'auth-api', 'rare-api'];
const KINDS = ['high_latency', 'crash_loop', 'high_memory_usage', 'high_error_rate'];
const ACTIONS = ['rollback_deployment', 'restart_pod', 'scale_horizontal', 'increase_memory_limit'];
const SECOND = 1_000;
const QUARTER_MS = 91 * 86_400_000;
export const QUARTER_BEGAN = Date.parse('2026-07-01T00:00:00Z');

const WEIGHTS: Record<Way, number> = {
  auto_heals: 30,
  person_approves: 14,
  timeout_runs: 5,
  second_step_heals: 7,
  over_too_early: 3,
  goes_by_itself: 10,
  goes_while_asked: 4,
  called_false_alarm: 4,
  closed_as_false_alarm: 3,
  left_to_a_person: 8,
  nobody_comes: 3,
  made_worse: 5,
  proposal_lapses: 4,
};

/** The same quarter for the same seed. */
export function madeUpQuarter(count: number, seed: number): Truth[] {
  const random = prng(seed);
  const total = Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0);
  return Array.from({ length: count }, (_, n) => {
    const at = random() * total;
    const upTo = (way: Way) => WAYS.slice(0, WAYS.indexOf(way) + 1).reduce((sum, one) => sum + WEIGHTS[one], 0);
    const way = WAYS.find((one) => at < upTo(one)) ?? 'auto_heals';
    return incidentOf(`INC-${n + 1}`, way, random);
  });
}

function incidentOf(id: string, way: Way, random: () => number): Truth {
  const pick = <T>(all: readonly T[], skew = 1): T => all[Math.floor(random() ** skew * all.length)] as T;
  const after = (at: number, least: number, most: number) =>
    at + SECOND * Math.round(least + (most - least) * random() ** 3);
  const began = QUARTER_BEGAN + Math.floor((random() * (QUARTER_MS - 86_400_000)) / SECOND) * SECOND;
  const noticed = after(began, 5, 240);
  const diagnosed = after(noticed, 1, 60);
  const two = way === 'second_step_heals';
  const firstDone = two ? after(diagnosed, 5, 40) : null;
  const firstChecked = firstDone === null ? null : after(firstDone, 60, 180);
  const since = firstChecked === null ? diagnosed : after(firstChecked, 5, 20);
  const decided = decidedAt(way, since, after);
  const begun = decided === null ? null : after(decided, 1, 20);
  const changed = begun === null ? null : after(begun, 1, 90);
  const well = changed === null || way === 'made_worse' ? null : after(changed, 1, 300);
  const ended = after(well ?? changed ?? after(diagnosed, 30, 3_600), 20, 60);
  return {
    ...{
      id,
      way,
      namespace: 'shop',
      began,
      noticed,
      diagnosed,
      firstDone,
      firstChecked,
      decided,
      begun,
      changed,
      well,
      ended,
    },
    service: pick(SERVICES, 1.6),
    kind: pick(KINDS),
    cause: `workload-${Math.floor(random() * 400)}`,
    actions: two ? [pick(ACTIONS), 'drain_and_cordon'] : [pick(ACTIONS)],
    confidence: Math.round((0.5 + random() * 0.5) * 100) / 100,
    hurt: random() < 0.5 ? [pick(['latency', 'errors', 'memory'] as const)] : [],
    paged: pagedAt(way, diagnosed, changed, random),
    said: random() < 0.1 ? (random() < 0.7 ? 'right' : 'wrong') : null,
  };
}

/** The time to answer, from the question's delivery, which comes two seconds after the diagnosis. */
export const ANSWER_MS = 300_000;
export const DELIVERED_AFTER_MS = 2_000;

function decidedAt(way: Way, since: number, after: (at: number, least: number, most: number) => number): number | null {
  switch (way) {
    case 'auto_heals':
    case 'second_step_heals':
    case 'over_too_early':
    case 'made_worse':
      return since;
    case 'person_approves':
      return after(since, 5, 280);
    case 'timeout_runs':
      return since + DELIVERED_AFTER_MS + ANSWER_MS;
    default:
      return null;
  }
}

function pagedAt(way: Way, diagnosed: number, changed: number | null, random: () => number): number | null {
  if (way === 'left_to_a_person' || way === 'nobody_comes' || way === 'closed_as_false_alarm') return diagnosed + 3_000;
  if (way === 'made_worse') return (changed ?? 0) + 15_000;
  return way === 'person_approves' && random() < 0.5 ? diagnosed + 3_000 : null;
}
