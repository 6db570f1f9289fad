import type { EntityRef } from './entity.ts';

export const RUNGS = ['observe', 'mitigate', 'remediate', 'rollback', 'escalate'] as const;
export type Rung = (typeof RUNGS)[number];

/** What a person wants done, and to what. `cure`: nobody asked for it (`user` is empty); it gives back what cured an incident. */
export type ByHand = {
  user: string;
  step: Step;
  target: EntityRef;
  cure?: { incidentId: string; executionId: string };
};

export type Step = {
  action: string;
  rung: Rung;
  /** Severity from which the step applies; 0 if absent. */
  threshold: number;
  /** What the engine's own confidence must reach. */
  confidence: number;
  params: Record<string, string | number | boolean>;
};

/** What a playbook may ask of a diagnosis. */
export type PlaybookWhen = {
  /** The kind of what the cause is: a Deployment, a Node … */
  owner?: string[] | undefined;
  /** In the unit of the issue; `from` counts, `below` doesn't. */
  severity?: { from?: number | undefined; below?: number | undefined } | undefined;
  time?: DailyTime | undefined;
};

/** From and to in minutes after midnight, on the clocks of `zone`; a span over midnight belongs to the day on which it begins. No days: every day; 0 is Sunday. */
export type DailyTime = { fromMin: number; toMin: number; days?: number[] | undefined; zone: string };

export type Playbook = {
  /** A kind of issue; `*` for all that have no playbook of their own. */
  issue: string;
  /** Only where a cause of this kind is named; the issue's playbook without one is for all others. */
  cause?: string | undefined;
  /** Only where all of these hold, too. */
  when?: PlaybookWhen | undefined;
  title: string;
  /** Whom to tell, or why nothing is done, in a sentence: said where it comes to a person. */
  tell?: string | undefined;
  steps: Step[];
  verify: {
    /** How long after the change the trouble must be gone. */
    withinMs: number;
    /** How long it must stay gone before the incident is called healed. */
    steadyMs: number;
  };
};
