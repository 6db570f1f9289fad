import { newIncident } from '../domain/group.ts';
import { DEMAND_AHEAD, proposalKeyOf } from '../domain/proposal.ts';
import { transition } from '../domain/transition.ts';
import type { Subject } from '../domain/types/entity.ts';
import type { Finding } from '../domain/types/finding.ts';
import type { Answer } from '../extension-points/people.ts';
import { diagnoseDemand, measureDemand } from '../learning/demand-ahead.ts';
import { findService } from '../learning/score-service.ts';
import type { StageDeps } from './deps.ts';
import { judged } from './diagnose.ts';
import { saveTransition } from './record.ts';

/** Opens a proposal to scale a service ahead of its demand, as an incident that asks in the channel; anybody may propose, approvers decide. One at a time for a service. */
export async function proposeScaling(deps: StageDeps, reference: string, user: string): Promise<Answer> {
  const found = await findService(deps, reference);
  if (!found.ok) return found;
  const { namespace, name } = found.workload;
  if (deps.mode === 'observe')
    return no('Nightshift only observes here: it would change nothing, so it proposes nothing.');
  if (deps.protectedNamespaces.includes(namespace)) return no(`${namespace} is a protected namespace.`);
  const demand = await measureDemand(deps, { namespace, service: name });
  if (demand.kind === 'gone')
    return no(
      `${demand.message}. Two would fight over the replicas: change its bounds, or take it away and propose again.`,
    );
  if (demand.kind === 'unknown') return no(`Nothing can be proposed now: ${demand.message}.`);
  const at = deps.clock.now();
  const finding: Finding = {
    kind: 'anomaly',
    about: { kind: found.workload.kind, namespace, name },
    at,
    what: DEMAND_AHEAD,
    message: demand.message,
    strength: 0.95,
  };
  return open(deps, { cluster: deps.cluster.name, namespace, service: name }, finding, user);
}

async function open(deps: StageDeps, subject: Subject, finding: Finding, user: string): Promise<Answer> {
  const groupKey = proposalKeyOf(subject);
  const known = await deps.store.findByGroup(groupKey);
  if (known.open) return no(`${known.open.id} proposes it already.`);
  const { at } = finding;
  const id = await deps.store.newId();
  const made = transition(
    { ...newIncident(id, subject, at, known.lastClosed), groupKey },
    { type: 'anomaly_seen', at, finding },
  );
  const asked = {
    at,
    type: 'noted',
    message: 'Asked for this proposal',
    by: user,
    from: 'noticed',
    to: 'noticed',
  } as const;
  const first = {
    ...made,
    timeline: [...made.timeline, asked],
    effects: [{ kind: 'diagnose', dueAt: at } as const, ...made.effects],
  };
  // What a person would only be told in the channel is told to the one who asks, and nothing is opened.
  const { decision, skippedSteps } = await judged(deps, made.incident, await diagnoseDemand(deps, made.incident));
  if (decision.kind !== 'ask')
    return no(skippedSteps.find(({ reason }) => reason === 'refused')?.message ?? sentence(decision.reason));
  const saved = await saveTransition(deps, null, first, null);
  return saved
    ? { ok: true, message: `${id} proposes it in the channel; only an approver's yes applies it.` }
    : no('Somebody else has just proposed it.');
}

const sentence = (reason: string): string => `Nothing can be proposed now: ${reason}.`;
const no = (message: string): Answer => ({ ok: false, message });
