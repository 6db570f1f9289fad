/** The same trouble, the last time: how often it came, how it ended then, what was done and what of it helped. `repeats`: how often it came back within a week of being healed, this time included. */
export type Seen = {
  times: number;
  repeats: number;
  last: string;
  at: number;
  outcome: Outcome;
  tried: string[];
  helped: string[];
};

/** When an incident came how far; what its record of the end is made from. Of several steps those of the last. */
export type Milestones = {
  /** The first diagnosis that said what is wrong. */
  diagnosed?: number;
  /** The first step that was proposed, or taken without a question. */
  recommended?: number;
  /** The word on which the last step was begun. */
  decided?: number;
  /** The first time that a phone was to ring for a person: a call in the channel, or a page. */
  called?: number;
  /** The first thing that a person did about it. */
  acted?: number;
  /** How a person turned the step down, the last time. */
  rejected?: 'next' | 'escalate' | 'false_alarm';
};

/** `lapsed`: a proposal that nobody took up; nothing was changed. */
export const OUTCOMES = [
  'healed',
  'self_healed',
  'healed_by_human',
  'false_alarm',
  'escalated',
  'undone',
  'lapsed',
] as const;
export type Outcome = (typeof OUTCOMES)[number];
