import { inWords } from './duration.ts';
import { isCritical, timeoutRule } from './service-policy.ts';
import type { ServicePolicy } from './types/service-policy.ts';

/** What the configuration means for one workload, in words that an operator can hold against what they meant. */
export type PolicyWords = {
  critical: boolean;
  asked: string[];
  unread: boolean;
  alone: string;
  atTimeout: string;
  why: string;
};

export type PolicyAround = { mode: 'act' | 'observe'; isProtected: boolean };

const NOTHING = 'nothing';

/** Pure: the same rules that decide, asked for a step that reaches little and one that reaches far. */
export function policyWords(policy: ServicePolicy, { mode, isProtected }: PolicyAround): PolicyWords {
  const critical = isCritical(policy);
  const words = (alone: string, atTimeout: string, why: string): PolicyWords => ({
    critical,
    asked: policy.named ?? policy.approvers,
    unread: policy.approvers.length === 0 && (policy.named ?? []).length > 0,
    alone,
    atTimeout,
    why,
  });
  if (isProtected) return words(NOTHING, NOTHING, 'its namespace is protected');
  if (mode === 'observe') return words(NOTHING, NOTHING, 'the whole configuration only observes');
  if (policy.autonomy === 'observe') return words(NOTHING, NOTHING, 'it is only observed');
  const why = policy.window === undefined ? whyWords(policy) : `a window holds: ${policy.window}`;
  return words(aloneWords(policy), timeoutWords(policy), why);
}

function aloneWords(policy: ServicePolicy): string {
  if (policy.autonomy !== 'auto' || policy.window !== undefined || policy.fourEyes) return NOTHING;
  if (!isCritical(policy)) return 'steps whose blast radius is not high';
  return policy.listed ? 'steps that are over 95 % sure with a low blast radius' : NOTHING;
}

function timeoutWords(policy: ServicePolicy): string {
  const far = { blastRadius: { level: 'high' }, reversible: false } as Parameters<typeof timeoutRule>[1];
  const near = { blastRadius: { level: 'low' }, reversible: true } as Parameters<typeof timeoutRule>[1];
  const after = `after ${inWords(policy.timeoutMs)}`;
  const said = { execute: 'it runs', escalate: 'a person is called', watch: 'it is watched', expire: 'it expires' };
  const [rule, farRule] = [timeoutRule(policy, near), timeoutRule(policy, far)];
  return rule === farRule
    ? `${said[rule]} ${after}`
    : `${said[rule]} ${after}; ${said[farRule]} where it can't be undone and reaches far`;
}

function whyWords(policy: ServicePolicy): string {
  if (!policy.listed) return 'nobody listed it, so it counts as critical';
  const two = policy.fourEyes ? '; two have to agree' : '';
  const who = policy.approvers.length === 0 ? '; nobody may approve' : two;
  if (policy.critical) return `it is critical${who}`;
  return policy.autonomy === 'ask' ? `its configuration says to ask${who}` : `it is listed, and not critical${who}`;
}
