import type { IncidentView } from './app-client.ts';
import type { ChannelMessage, Click } from './sandbox-client.ts';
import type { AnswerRule, ScenarioPress } from './scenario.ts';

/** What a person does now. `key` is the same for the same rule at the same question: nobody answers twice. */
export type Deed = { key: string; rule: AnswerRule; incident: IncidentView };

/** Which rules are due: for each incident the first that fits, once its time has passed. Pure. */
export function deedsDue(rules: AnswerRule[], views: IncidentView[], done: ReadonlySet<string>, now: number): Deed[] {
  return views.flatMap((incident) => {
    const question = questionOf(incident);
    if (!question) return [];
    const rule = rules.find(
      (one) => fits(one, incident, question.when) && !done.has(keyOf(one, rules, incident, question)),
    );
    if (!rule || now < question.since + rule.after) return [];
    return [{ key: keyOf(rule, rules, incident, question), rule, incident }];
  });
}

type Question = { when: AnswerRule['when']; since: number; about: string };

function questionOf({ state, stateDetail, closedAt, recommendation }: IncidentView): Question | null {
  if (state === 'awaiting_approval' && stateDetail.deliveredAt)
    return { when: 'asked', since: stateDetail.deliveredAt, about: recommendation?.plan.digest ?? '' };
  if (state === 'escalated' && stateDetail.since)
    return { when: 'escalated', since: stateDetail.since, about: String(stateDetail.since) };
  if (state === 'closed' && closedAt !== null) return { when: 'closed', since: closedAt, about: '' };
  return null;
}

function fits(rule: AnswerRule, { service, recommendation }: IncidentView, when: AnswerRule['when']): boolean {
  if (rule.when !== when) return false;
  if (rule.service !== undefined && rule.service !== service) return false;
  return rule.action === undefined || rule.action === recommendation?.step.action;
}

const keyOf = (rule: AnswerRule, rules: AnswerRule[], { id }: IncidentView, { when, about }: Question): string =>
  `${rules.indexOf(rule)} ${id} ${when} ${about}`;

/** Entries of the message's menu that are no plans. */
const CHOICES: Partial<Record<ScenarioPress, string>> = {
  false_alarm: '~false_alarm',
  escalate: '~escalate',
  healed_by_human: '~healed_by_human',
};

/** What must follow the incident's id in the value that is pressed: a plan's digest, a choice, or nothing. Null while there is no such plan. */
function valueEnd({ rule, incident }: Pick<Deed, 'rule' | 'incident'>): string | null {
  if (rule.do === 'choose') return planOf(incident, rule.instead);
  // A message that still shows the plan before would be refused: the person waits until it is edited.
  if (rule.do === 'approve' || rule.do === 'reject') return incident.recommendation?.plan.digest ?? null;
  return CHOICES[rule.do] ?? '';
}

/** The click that the deed is, on whichever post about the incident offers it: the question, or the incident's message; null while none does. Pure. */
export function clickOf({ rule, incident }: Deed, messages: ChannelMessage[]): Click | null {
  const wanted = rule.do === 'choose' || CHOICES[rule.do] ? 'option' : rule.do;
  const end = valueEnd({ rule, incident });
  if (end === null) return null;
  for (const { ts, blocks } of messages) {
    for (const element of elementsIn(blocks)) {
      if (element.action_id !== wanted) continue;
      const values = wanted === 'option' ? optionValues(element) : [String(element.value ?? '')];
      const value = values.find((one) => isAbout(one, incident.id, end));
      if (value === undefined) continue;
      const how = wanted === 'option' ? { selected_option: value } : { value };
      return { ts, action_id: wanted, user: rule.by, ...how };
    }
  }
  return null;
}

/** A value is `INC-1-k3f9x`, or that, `|` and the beginning of a plan's digest (of a question `:` and its instant after it), or that, `|~` and a choice. */
function isAbout(value: string, incident: string, end: string): boolean {
  const [id, what = ''] = value.split('|');
  const [rest = ''] = what.split(':');
  if (id !== incident) return false;
  return end === '' || rest === end || (!end.startsWith('~') && rest !== '' && end.startsWith(rest));
}

const planOf = ({ options }: IncidentView, action: string | undefined): string | null =>
  options.find(({ step }) => step.action === action)?.plan.digest ?? null;

type Element = { action_id: string; value?: unknown; options?: unknown };

function* elementsIn(node: unknown): Generator<Element> {
  if (Array.isArray(node)) for (const one of node) yield* elementsIn(one);
  else if (typeof node === 'object' && node !== null) {
    if ('action_id' in node && typeof node.action_id === 'string') yield node as Element;
    for (const value of Object.values(node)) yield* elementsIn(value);
  }
}

function optionValues({ options }: Element): string[] {
  if (!Array.isArray(options)) return [];
  return options.flatMap((one: unknown) =>
    typeof one === 'object' && one !== null && 'value' in one ? [String(one.value)] : [],
  );
}
