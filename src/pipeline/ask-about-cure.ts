import { toAskAbout } from '../domain/give-back.ts';
import { newIncident } from '../domain/group.ts';
import type { Incident } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import { CURE_STANDS, cureKeyOf } from '../domain/proposal.ts';
import { transition } from '../domain/transition.ts';
import type { Execution } from '../domain/types/execution.ts';
import type { ByHand } from '../domain/types/playbook.ts';
import type { RefusalCode } from '../domain/types/refusal.ts';
import type { StageDeps } from './deps.ts';
import { planStep } from './plan-step.ts';
import { saveTransition } from './record.ts';
import { judgedByHand } from './run-by-hand.ts';
import { NOTHING, type Stage } from './stage.ts';

const AGAIN_MS = 5 * 60_000;
/** Whoever couldn't be asked about so long needs no question any more. */
const MOST_MS = 7 * 24 * 60 * 60_000;

/** What cured an incident and may have been for its time alone is asked about once it has closed, in a proposal of its own: to give it back, or to keep it and make that last. */
const askAboutCure: Stage = {
  kind: 'ask_about',
  does: 'ask whether what cured it stays',
  giveUp: null,
  async run(deps, incident) {
    const [execution, ...more] = toAskAbout(incident);
    const at = deps.clock.now();
    if (incident.state.name !== 'closed' || !execution || deps.mode === 'observe') return NOTHING;
    if (at - (incident.closedAt ?? at) > MOST_MS) return NOTHING;
    const asked = await askedAbout(deps, incident, execution);
    if (asked === 'later') return { events: [], againAt: at + AGAIN_MS };
    const event: Event = { type: 'cure_asked', at, executionId: execution.id, ...asked };
    return more.length > 0 ? { events: [event], againAt: at + AGAIN_MS } : { events: [event] };
  },
};

/** No look will find another answer. */
const ENDED: RefusalCode[] = [
  ...(['not_needed', 'target_gone', 'managed_elsewhere', 'forbidden', 'invalid'] as const),
  ...(['unsupported', 'protected_namespace'] as const),
];

type Asked = { proposal: string | null; message: string };

async function askedAbout(deps: StageDeps, incident: Incident, execution: Execution): Promise<Asked | 'later'> {
  const { cluster, namespace, service } = incident;
  const groupKey = cureKeyOf({ cluster, namespace, service });
  const [own, theirs] = await Promise.all([
    deps.store.findByGroup(groupKey),
    deps.store.findByGroup(incident.groupKey),
  ]);
  const last = own.open ?? (own.lastClosed ? await deps.store.load(own.lastClosed) : null);
  // Asked by somebody who died before it could say so.
  if (last?.byHand?.cure?.executionId === execution.id) return inWords(execution, last.id);
  // One question at a time, and none while there is trouble again.
  if (own.open || theirs.open) return 'later';
  return open(deps, incident, execution, groupKey);
}

const inWords = ({ recommendation }: Execution, id: string): Asked => ({
  proposal: id,
  message: `${id} asks whether ${recommendation.plan.mitigates} stays`,
});

async function open(deps: StageDeps, incident: Incident, run: Execution, groupKey: string): Promise<Asked | 'later'> {
  const at = deps.clock.now();
  const { cluster, namespace, service } = incident;
  const byHand = wishOf(incident, run);
  const about = byHand.target;
  const finding = {
    kind: 'anomaly',
    about,
    at,
    what: CURE_STANDS,
    message: wordsOf(incident, run),
    strength: 1,
  } as const;
  const id = await deps.store.newId();
  const fresh = newIncident(id, { cluster, namespace, service, entity: about }, at, incident.id);
  const made = transition({ ...fresh, groupKey, byHand }, { type: 'anomaly_seen', at, finding });
  const { decision, diagnosis } = await judgedByHand(deps, made.incident, byHand);
  if (decision.kind !== 'ask') {
    const planned = await planStep(deps, { ...made.incident, diagnosis }, { step: byHand.step });
    if (planned.ok || !ENDED.includes(planned.refusal.code)) return 'later';
    return { proposal: null, message: `Nobody is asked whether it stays: ${planned.refusal.message}` };
  }
  const first = { ...made, effects: [{ kind: 'diagnose', dueAt: at } as const, ...made.effects] };
  return (await saveTransition(deps, null, first, null)) ? inWords(run, id) : 'later';
}

function wishOf(incident: Incident, { id, undo, recommendation }: Execution): ByHand {
  const { plan } = recommendation;
  const { edit } = undo ?? plan.data;
  const said = plan.changes.map(({ before, after }) => ({ before, after }));
  const params = { edit: JSON.stringify({ edit, said }) };
  return {
    user: '',
    step: { action: 'give_back', rung: 'rollback', threshold: 0, confidence: 0, params },
    target: plan.target,
    cure: { incidentId: incident.id, executionId: id },
  };
}

const wordsOf = ({ id, service }: Incident, { recommendation }: Execution): string =>
  `${service}: ${id} is over since ${recommendation.plan.mitigates} was set, and that stands still. If it was needed for that time alone, give it back; if it is needed, keep it and make it last`;

export default askAboutCure;
