import type { ActionsBlockElement, PlainTextOption, StaticSelect } from '@slack/types';
import type { Incident } from '../../../domain/incident.ts';
import { standingChange } from '../../../domain/moves/undoing.ts';
import { isAboutCure } from '../../../domain/proposal.ts';
import { isTurnedDown } from '../../../domain/rejection.ts';
import type { Recommendation } from '../../../domain/types/recommendation.ts';
import { type Choice, encodeChoice, encodeValue } from '../button-value.ts';
import { button, confirm, LIMITS, plainText } from './blocks.ts';
import { shownShare } from './format.ts';
import { needsConfirming } from './step.ts';

/** How long the Hold button holds. */
export const HOLD_MS = 30 * 60_000;
const MOST_OPTIONS = 8;

export function approveButton(incident: Incident, recommendation: Recommendation): ActionsBlockElement {
  const { plan } = recommendation;
  const word = isAboutCure(incident) ? 'Give it back' : 'Approve';
  return button('approve', word, encodeValue(incident.id, plan.digest, askedAt(incident)), {
    style: 'primary',
    label: `${word}: ${plan.summary}`,
    confirm: needsConfirming(plan) ? { title: 'Are you sure?', text: confirmWords(recommendation), yes: word } : null,
  });
}

/** A button of a question answers that question alone: the same plan may be asked about again, when it would hurt more. */
const askedAt = ({ state }: Incident): number | undefined =>
  state.name === 'awaiting_approval' ? state.since : undefined;

export function rejectButton(incident: Incident, recommendation: Recommendation): ActionsBlockElement {
  const word = isAboutCure(incident) ? 'Keep it' : 'Reject';
  return button('reject', word, encodeValue(incident.id, recommendation.plan.digest, askedAt(incident)), {
    label: `${word}: ${recommendation.plan.summary}`,
  });
}

export function holdButton(incident: Incident): ActionsBlockElement {
  return button('hold', 'Hold 30 min', encodeValue(incident.id));
}

export function whyButton(incident: Incident): ActionsBlockElement {
  return button('why', 'Why?', encodeValue(incident.id), { label: `Why? The evidence on ${incident.id}` });
}

/** "I'm on it". */
export function onItButton(incident: Incident): ActionsBlockElement {
  return button('on_it', 'I’m on it', encodeValue(incident.id), { label: `I’m on it: ${incident.id}` });
}

export function pageButton(incident: Incident, { noPager }: { noPager?: true }): ActionsBlockElement {
  return button('page', noPager ? 'Call the approvers' : 'Page someone', encodeValue(incident.id));
}

/** Ends a step that waits or runs, at its next safe point. */
export function stopButton(incident: Incident, recommendation: Recommendation): ActionsBlockElement {
  return button('reject', 'Stop', encodeValue(incident.id, recommendation.plan.digest), {
    label: `Stop: ${recommendation.plan.summary}`,
  });
}

/** Present only while a change stands that can be taken back. */
export function undoButton(incident: Incident): ActionsBlockElement | null {
  const last = standingChange(incident);
  if (!last) return null;
  const text = `This takes back: ${last.recommendation.plan.summary}`;
  return button('undo', 'Undo', encodeValue(incident.id), {
    confirm: { title: 'Undo the change?', text, yes: 'Undo' },
  });
}

/** Was this right? Said once. */
export function feedbackButtons(incident: Incident): ActionsBlockElement[] {
  if (incident.feedback) return [];
  return [
    button('right', '✔ This was right', encodeValue(incident.id)),
    button('wrong', '✘ This was wrong', encodeValue(incident.id)),
  ];
}

/** The other plans, then what isn't a plan. Choosing is a decision, so Slack asks once more: a menu is easily mis-tapped on a phone. */
export function optionMenu(
  incident: Incident,
  shown: Recommendation | null,
  choices: Choice[],
  placeholder: string,
): StaticSelect | null {
  const others = incident.options.filter((one) => one.plan.digest !== shown?.plan.digest).slice(0, MOST_OPTIONS);
  const options = [
    ...others.map((one) => planOption(incident, one)),
    ...choices.map((choice) => choiceOption(incident, choice)),
  ];
  if (options.length === 0) return null;
  return {
    type: 'static_select',
    action_id: 'option',
    placeholder: plainText(placeholder, LIMITS.optionText),
    options,
    confirm: confirm({
      title: 'Do this now?',
      text: 'What you choose here is done at once, on your word.',
      yes: 'Do it',
    }),
  };
}

function planOption(incident: Incident, one: Recommendation): PlainTextOption {
  return {
    text: plainText(
      `${isTurnedDown(incident.rejections, one) ? 'After all: ' : ''}${planText(one, LIMITS.optionText - 11)}`,
      LIMITS.optionText,
    ),
    value: encodeValue(incident.id, one.plan.digest),
  };
}

/** What it does and how sure it is to help, the figure never cut off. */
function planText({ plan, confidence }: Recommendation, most: number): string {
  const sure = ` (${shownShare(confidence.value)})`;
  return plainText(plan.summary, most - sure.length).text + sure;
}

const MOST_BUTTONS = 2;

/** The surest steps that fell short, each a button with how sure it is; the rest is in the menu. */
export function chooseButtons(incident: Incident): ActionsBlockElement[] {
  return incident.options
    .filter((one) => !isTurnedDown(incident.rejections, one))
    .slice(0, MOST_BUTTONS)
    .map((one, index) =>
      button(`choose-${index + 1}`, planText(one, LIMITS.buttonText), encodeValue(incident.id, one.plan.digest), {
        label: `Do: ${one.plan.summary}`,
        confirm: { title: 'Do this now?', text: confirmWords(one), yes: 'Do it' },
      }),
    );
}

const CHOICE_WORDS: Record<Choice, string> = {
  false_alarm: 'False alarm: close it',
  escalate: 'None of these: page a person',
  page: 'Page someone, keep this open',
  healed_by_human: 'I fixed it: close it',
};

function choiceOption(incident: Incident, choice: Choice): PlainTextOption {
  return { text: plainText(CHOICE_WORDS[choice], LIMITS.optionText), value: encodeChoice(incident.id, choice) };
}

function confirmWords(recommendation: Recommendation): string {
  const { plan } = recommendation;
  const { blastRadius } = plan;
  const reach = `${blastRadius.podsAffected} of ${blastRadius.podsTotal} pods (blast radius ${blastRadius.level})`;
  return `${plainText(plan.summary, 180).text}. ${reach}.${plan.reversible ? '' : ' This can’t be undone.'}`;
}
