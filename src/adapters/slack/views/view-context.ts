import type { MessageContext } from '../../../ports/chat.ts';

/** What a view is given besides the incident. `approvers` null: not known here (a command's answer), so nothing is said of them. */
export type Shown = Omit<MessageContext, 'approvers' | 'now'> & { approvers: string[] | null };
