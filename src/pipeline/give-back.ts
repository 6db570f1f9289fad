import { toGiveBack } from '../domain/give-back.ts';
import type { Incident } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import type { Execution } from '../domain/types/execution.ts';
import { measureService, measureTrouble } from '../evidence/measure.ts';
import { actionContext } from './action-context.ts';
import type { StageDeps } from './deps.ts';
import { leaseOf, NOTHING, type Stage } from './stage.ts';
import { isTheirs, undoNow, WAITS } from './undo.ts';

const LOOK_MS = 60_000;
const WAIT_MS = 10_000;
/** When it is said that something still stands. */
const SAID_AFTER_MS = 60 * 60_000;

/** What was put in place for an incident alone ends with it: once the trouble stays away without it, by the same guards as an undo. */
const giveBack: Stage = {
  kind: 'give_back',
  does: 'give back what was only there for the incident',
  giveUp: null,
  async run(deps, incident, claimed) {
    const [execution, ...more] = toGiveBack(incident);
    if (incident.state.name !== 'closed' || !execution) return NOTHING;
    const at = deps.clock.now();
    const needed = await stillNeeded(deps, incident, execution);
    if (needed !== null) return { events: sayOnce(incident, execution, needed, at), againAt: at + LOOK_MS };
    const applied = await undoNow(deps, incident, execution, { by: 'auto' }, leaseOf(claimed));
    if (applied.kind === 'underway') return { events: [], againAt: at + applied.againMs };
    const waits = applied.kind === 'failed' && applied.refusal && WAITS.includes(applied.refusal.code);
    if (waits) return { events: [], againAt: at + WAIT_MS };
    const event: Event = {
      type: 'given_back',
      at: deps.clock.now(),
      executionId: execution.id,
      ok: applied.kind === 'done' || isTheirs(applied),
      message: applied.message,
    };
    return more.length > 0 ? { events: [event], againAt: at } : { events: [event] };
  },
};

/** Why it has to stand a while longer; null when it may go. What can't be seen isn't over. */
async function stillNeeded(deps: StageDeps, incident: Incident, execution: Execution): Promise<string | null> {
  const { plan, step } = execution.recommendation;
  const action = deps.actions.get(step.action);
  const own = await action?.neededStill?.(actionContext(deps, incident, execution.recommendation), execution);
  if (own !== undefined && own !== null) return own;
  const trouble = await measureTrouble(deps, incident);
  if (trouble.kind === 'present') return trouble.message;
  if (plan.target.kind === 'Node') return whyNodeIsIll(deps, plan.target.name);
  // Whom a breaker keeps callers from may be as ill as before: the callers are well because of it.
  if (action?.relieves !== 'callers') return trouble.kind === 'gone' ? null : trouble.message;
  const [namespace = '', service = ''] = (plan.blastRadius.services[0] ?? '').split('/');
  const behind = await measureService(deps, { namespace, service });
  return behind.kind === 'gone' ? null : behind.message;
}

async function whyNodeIsIll({ cluster }: StageDeps, name: string): Promise<string | null> {
  const nodes = await cluster.nodes();
  if (!nodes.ok) return nodes.failure.message;
  const node = nodes.value.find((one) => one.name === name);
  if (!node || (node.ready && node.pressures.length === 0)) return null;
  return `node ${name} isn't well (${node.ready ? node.pressures.join(', ') : 'not ready'})`;
}

function sayOnce({ closedAt }: Incident, { recommendation }: Execution, why: string, at: number): Event[] {
  const since = at - (closedAt ?? at);
  if (since < SAID_AFTER_MS || since >= SAID_AFTER_MS + LOOK_MS) return [];
  return [{ type: 'noted', at, by: null, message: `Still there: ${recommendation.plan.temporary}. ${why}` }];
}

export default giveBack;
