import type { Incident } from '../domain/incident.ts';
import { mentionOf } from '../domain/mention.ts';
import type { Plan } from '../domain/types/plan.ts';
import type { ServicePolicy } from '../domain/types/service-policy.ts';
import type { StageDeps } from './deps.ts';
import { planPolicy } from './plan-policy.ts';

/** What a yes of theirs is worth. */
export type How = { needsTwo?: true; glass?: string };
export type MayStart = { ok: true; how: How } | { ok: false; message: string };

/** Whether somebody may start a step (null: something that is no step); else why not, and who may. */
export function mayStart(
  deps: Pick<StageDeps, 'policy'>,
  user: string,
  incident: Incident,
  plan: Plan | null,
  glass?: string,
): MayStart {
  const policy = planPolicy(deps, plan, { namespace: incident.namespace, name: incident.service });
  const isApprover = policy.approvers.includes(user);
  if (glass !== undefined && !(isApprover && !policy.fourEyes)) return byGlass(policy, user, glass);
  if (!isApprover) return { ok: false, message: whyNot(policy, incident, plan) };
  if (plan === null || !policy.fourEyes) return { ok: true, how: {} };
  if (incident.byHand?.user === user)
    return { ok: false, message: 'You asked for this by hand, and two others have to say yes to it.' };
  const { state } = incident;
  if (state.name === 'awaiting_approval' && state.first?.user === user && state.first.planDigest === plan.digest)
    return { ok: false, message: 'Yours is the first yes: somebody else has to say yes, too.' };
  return { ok: true, how: { needsTwo: true } };
}

const LEAST_REASON = 8;

function byGlass(policy: ServicePolicy, user: string, glass: string): MayStart {
  if (!policy.breakGlass?.includes(user))
    return {
      ok: false,
      message: 'Nobody has named you in `break_glass` of nightshift.yaml; you can still page a person.',
    };
  const reason = glass.trim();
  if (reason.length < LEAST_REASON)
    return { ok: false, message: 'Say why, in a sentence: it is told to everybody who may approve, and kept.' };
  return { ok: true, how: { glass: reason.slice(0, 300) } };
}

function whyNot(policy: ServicePolicy, incident: Incident, plan: Plan | null): string {
  const { approvers, named = approvers } = policy;
  const disturbed = plan?.blastRadius.services.map((service) => service.split('/').at(-1)) ?? [];
  const all = disturbed.length > 0 ? disturbed : [incident.service];
  const whom = `${all.slice(0, 5).join(', ')}${all.length > 5 ? ` and ${all.length - 5} more` : ''}`;
  if (approvers.length === 0 && named.length > 0)
    return `Who may approve for ${whom} can't be read now (${named.slice(0, 3).map(nameOf).join(', ')}): nobody may. \`/heal doctor\` says why. You can still reject or hold.`;
  if (approvers.length === 0 && all.length > 1)
    return `Nobody may approve for all of ${whom}: name somebody for all of them in nightshift.yaml. You can still reject or hold.`;
  if (approvers.length === 0)
    return `Nobody is named as an approver for ${whom}: add approvers to nightshift.yaml. You can still reject or hold.`;
  return `Only ${named.slice(0, 20).map(nameOf).join(', ')} may start something for ${whom}; you can still reject, hold or pause.`;
}

const nameOf = (who: string): string => mentionOf(who) ?? 'somebody whose id nightshift.yaml does not say';
