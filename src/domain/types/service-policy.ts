import type { Mute } from '../mute.ts';
import type { AtTimeout } from './decision.ts';

/** What the configuration says of a service. `listed`: somebody named it there. */
export type ServicePolicy = {
  listed: boolean;
  critical: boolean;
  /** Questions page, too, though it isn't critical; absent: no. */
  pageQuestions?: boolean;
  autonomy: 'auto' | 'ask' | 'observe';
  /** A change freeze or quiet hours hold for it now, in words: everything is asked, and nothing runs without an answer. */
  window?: string;
  timeoutMs: number;
  /** Null: what the laws say by default. */
  atTimeout: AtTimeout | null;
  /** Persons, by Slack's id. */
  approvers: string[];
  /** As the configuration names them, groups among them, where those are others; whom messages mention. */
  named?: string[];
  /** Two of them have to say yes; who wanted it by hand is neither. */
  fourEyes?: true;
  /** Who may start it without being an approver, with a reason and loudly; absent: nobody. */
  breakGlass?: string[];
  /** Somebody is at maintenance there: nothing runs without their word. */
  muted?: Pick<Mute, 'by' | 'reason' | 'until'>;
  /** What is promised to its users: it is only well under these. */
  objective?: { latencyP99Seconds?: number; errorRatio?: number };
};
