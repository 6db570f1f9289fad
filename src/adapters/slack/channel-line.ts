/** Calls that wait for their turn, most urgent first: what a person must answer, what is new, what changes, what adds detail. */
export type Urgency = 'question' | 'post' | 'edit' | 'detail';
const ORDER: readonly Urgency[] = ['question', 'post', 'edit', 'detail'];

type Turn = 'go' | 'replaced' | 'full';

/**
 * One line a channel: `everyMs` between two calls, none before what Slack asked to wait is over, the most urgent first and of
 * those the one that waits longest. A later edit of the same message takes the place of an earlier one that still waits.
 */
export type Line = {
  /** Resolves when the call may be made; `replaced`: a newer edit makes it needless; `full`: too many wait, come again. */
  turn(urgency: Urgency, edits: string | null): Promise<Turn>;
  /** Nothing goes before so many ms (Retry-After). */
  hold(ms: number): void;
  /** How long Slack has asked to wait from now, 0 for not. */
  heldMs(): number;
  /** When it might be somebody's turn who came now. */
  waitMs(): number;
};

type Waiting = { urgency: Urgency; edits: string | null; go: (turn: Turn) => void };

export function createLine(options: { everyMs: number; most: number; now?: () => number }): Line {
  const now = options.now ?? (() => performance.now());
  const waiting: Waiting[] = [];
  let free = Number.NEGATIVE_INFINITY;
  let held = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const next = () => {
    timer = undefined;
    if (waiting.length === 0) return;
    const waitMs = free - now();
    if (waitMs > 0) {
      timer = setTimeout(next, Math.ceil(waitMs));
      return;
    }
    const one = waiting.splice(mostUrgent(waiting), 1)[0]!;
    free = now() + options.everyMs;
    one.go('go');
    next();
  };
  return {
    turn(urgency, edits) {
      const older = edits === null ? -1 : waiting.findIndex((one) => one.edits === edits);
      return new Promise((go) => {
        if (older >= 0) {
          waiting[older]!.go('replaced');
          waiting[older] = { urgency: moreUrgent(urgency, waiting[older]!.urgency), edits, go };
          return;
        }
        if (waiting.length >= options.most && urgency !== 'question') return go('full');
        waiting.push({ urgency, edits, go });
        if (timer === undefined) next();
      });
    },
    hold(ms) {
      held = now() + ms;
      free = Math.max(free, held);
    },
    heldMs: () => Math.max(0, held - now()),
    waitMs: () => Math.max(500, free - now()) + waiting.length * options.everyMs,
  };
}

function mostUrgent(waiting: readonly Waiting[]): number {
  let best = 0;
  for (const [index, one] of waiting.entries())
    if (ORDER.indexOf(one.urgency) < ORDER.indexOf(waiting[best]!.urgency)) best = index;
  return best;
}

const moreUrgent = (left: Urgency, right: Urgency): Urgency =>
  ORDER.indexOf(left) < ORDER.indexOf(right) ? left : right;
