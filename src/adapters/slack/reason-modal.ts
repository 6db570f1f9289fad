import type { ModalView } from '@slack/types';
import type { Incident } from '../../domain/incident.ts';
import { isRejectReason, MAX_NOTE, REJECT_REASONS, type RejectReason } from '../../domain/rejection.ts';
import { LIMITS, mrkdwn, plainText } from './views/blocks.ts';

export const REASON_CALLBACK = 'reject_reason';

/** Asked after a step was turned down: it is stopped whatever is answered here. */
export function reasonModal(incident: Incident): ModalView {
  const options = Object.entries(REJECT_REASONS).map(([value, text]) => ({
    text: plainText(text, LIMITS.optionText),
    value,
  }));
  return {
    type: 'modal',
    callback_id: REASON_CALLBACK,
    private_metadata: incident.id.slice(0, 100),
    title: plainText('Turned down. Why?', LIMITS.modalTitle),
    submit: plainText('Send', LIMITS.modalTitle),
    close: plainText('Skip', LIMITS.modalTitle),
    blocks: [
      {
        type: 'input',
        block_id: 'reason',
        label: plainText('Why not this step?', 150),
        element: { type: 'radio_buttons', action_id: 'reason', options },
      },
      {
        type: 'input',
        block_id: 'note',
        optional: true,
        label: plainText('In your own words', 150),
        element: { type: 'plain_text_input', action_id: 'note', max_length: MAX_NOTE },
      },
    ],
  };
}

/** What was written came too late, or fits nothing any more. */
export const tooLateModal = (message: string): ModalView => ({
  type: 'modal',
  title: plainText('Not kept', LIMITS.modalTitle),
  close: plainText('Close', LIMITS.modalTitle),
  blocks: [{ type: 'section', text: mrkdwn(`${message} The step stays turned down.`, 2_000) }],
});

type Submitted = {
  private_metadata: string;
  state: {
    values: Record<
      string,
      Record<string, { selected_option?: { value: string } | null; value?: string | null | undefined }>
    >;
  };
};

/** What was sent; null for anything that this app didn't ask. */
export function reasonGiven(view: Submitted): { incidentId: string; reason: RejectReason; note: string } | null {
  const reason = view.state.values.reason?.reason?.selected_option?.value ?? '';
  if (!isRejectReason(reason) || view.private_metadata === '') return null;
  const note = (view.state.values.note?.note?.value ?? '').trim().slice(0, MAX_NOTE);
  return { incidentId: view.private_metadata, reason, note };
}
