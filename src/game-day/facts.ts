/** What was seen during a scenario. Plain data: instants are sandbox epoch ms. */

export type TimelineFact = { at: number; message: string; by: string | null; from: string; to: string };

export type ExecutionFact = {
  action: string;
  /** Name of what was changed. */
  target: string;
  summary: string;
  authority: { by: 'auto' | 'timeout' } | { by: 'person'; user: string };
  startedAt: number;
  verdict: string | null;
};

export type IncidentFact = {
  id: string;
  service: string;
  state: string;
  /** An open incident that was handed to a person counts as `escalated`, any other open one as `open`. */
  outcome: string;
  issue: string | null;
  cause: string | null;
  openedAt: number;
  closedAt: number | null;
  mttrMs: number | null;
  executions: ExecutionFact[];
  timeline: TimelineFact[];
};

export type Truth = { cause: string; remedies: string[]; harmful: string[] };

export type FaultFact = {
  id: string;
  kind: string;
  service: string;
  since: number;
  /** Null while it is only planned. */
  truth: Truth | null;
  ended: { at: number; how: 'cured' | 'removed' } | null;
};

/** One request that changed the cluster, from the API server's own log. */
export type ChangeFact = {
  at: number;
  method: string;
  /** `deployments/cart-api`, `pods/cart-api-6f…/eviction`. */
  target: string;
  code: number;
  body: string;
};

export type PageFact = { at: number; incident: string; summary: string; kind: 'approval' | 'call' };

/** What a person did, and what came back. */
export type DeedFact = { at: number; by: string; message: string; answer: string };

export type Facts = {
  /** When the scenario's clock began. */
  beganAt: number;
  endedAt: number;
  /** Sandbox seconds per real second at the end: less than at the beginning when the machine didn't keep up. */
  speed: number;
  incidents: IncidentFact[];
  faults: FaultFact[];
  changes: ChangeFact[];
  pages: PageFact[];
  deeds: DeedFact[];
};
