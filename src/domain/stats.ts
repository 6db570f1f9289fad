import type { Incident } from './incident.ts';
import { mttrOf } from './mttr.ts';
import { isProposal } from './proposal.ts';
import type { Outcome } from './types.ts';

export type Figures = {
  incidents: number;
  /** Mean and median from opening to closing, healed by whomever, in ms; null without any. */
  mttrMs: number | null;
  mttrMedianMs: number | null;
  /** Closed without a person: healed or self-healed, as a share of the closed. */
  healedWithoutHuman: number | null;
  /** Of the closed, those that a person called a false alarm. */
  falsePositiveRate: number | null;
  /** Of the steps that were verified, those that recovered. */
  fixesThatWorked: number | null;
  outcomes: Partial<Record<Outcome, number>>;
};

export type Stats = {
  at: number;
  overall: Figures;
  byService: Record<string, Figures>;
  byAction: Record<string, { tried: number; worked: number; undone: number }>;
};

/** How well Nightshift does, from its own incidents; of proposals, which heal nothing, only what their actions did counts. Pure. */
export function measureOutcomes(all: Incident[], at: number): Stats {
  const incidents = all.filter((incident) => !isProposal(incident));
  const byService: Record<string, Figures> = {};
  for (const [service, own] of Object.entries(
    Object.groupBy(incidents, (incident) => `${incident.namespace}/${incident.service}`),
  ))
    byService[service] = figuresOf(own ?? []);
  return { at, overall: figuresOf(incidents), byService, byAction: actionFigures(all) };
}

function figuresOf(incidents: Incident[]): Figures {
  const closed = incidents.flatMap((incident) =>
    incident.state.name === 'closed' && incident.closedAt !== null
      ? [{ incident, outcome: incident.state.outcome, ms: mttrOf(incident) ?? 0 }]
      : [],
  );
  const times = closed
    .filter(({ outcome }) => outcome === 'healed' || outcome === 'self_healed' || outcome === 'healed_by_human')
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  const verified = incidents.flatMap((incident) => incident.executions).filter((run) => run.verification !== null);
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  const outcomes: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of closed) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    incidents: incidents.length,
    mttrMs: times.length === 0 ? null : times.reduce((sum, ms) => sum + ms, 0) / times.length,
    mttrMedianMs: times[times.length >> 1] ?? null,
    healedWithoutHuman: share(
      closed.filter(
        ({ incident, outcome }) => outcome === 'self_healed' || (outcome === 'healed' && !byPerson(incident)),
      ).length,
      closed.length,
    ),
    falsePositiveRate: share(outcomes.false_alarm ?? 0, closed.length),
    fixesThatWorked: share(verified.filter((run) => run.verification?.verdict === 'recovered').length, verified.length),
    outcomes,
  };
}

const byPerson = (incident: Incident): boolean => incident.executions.some((run) => run.authority.by === 'person');

function actionFigures(incidents: Incident[]): Stats['byAction'] {
  const figures: Stats['byAction'] = {};
  for (const run of incidents.flatMap((incident) => incident.executions)) {
    const { action } = run.recommendation.step;
    const own = figures[action] ?? { tried: 0, worked: 0, undone: 0 };
    figures[action] = {
      tried: own.tried + 1,
      worked: own.worked + (run.verification?.verdict === 'recovered' ? 1 : 0),
      undone: own.undone + (run.undone?.ok ? 1 : 0),
    };
  }
  return figures;
}
