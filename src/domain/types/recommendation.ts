import type { Plan } from './plan.ts';
import type { Step } from './playbook.ts';

/** A playbook step bound to a target. */
export type Recommendation = {
  issue: string;
  /** `playbookKey` of where it is from; absent in those of older versions. */
  playbook?: string;
  step: Step;
  /** Index of the step in its playbook. */
  stepIndex: number;
  plan: Plan;
  confidence: Confidence;
  reasons: string[];
};

/** The number that is shown is the number that is used; `parts` say what it was made of. */
export type Confidence = {
  value: number;
  parts: { name: string; value: number; message: string }[];
  worked: number;
  tried: number;
};

/** Why a step of the playbook was passed over. */
export type SkippedStep = {
  action: string;
  reason:
    | 'below_threshold'
    | 'low_confidence'
    | 'not_available'
    | 'attempted'
    | 'refused'
    | 'rung_not_allowed'
    | 'no_target';
  message: string;
  /** Of a change that is for worse than it is now: from where on it is made, with its unit. */
  from?: string;
  /** With it: how the playbook has it made. */
  params?: Step['params'];
};
