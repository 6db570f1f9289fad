import type { Compared } from './agreement.ts';
import type { Row } from './rows.ts';

/** All of a run in figures. */
export type Summary = {
  incidents: number;
  byDecision: Record<string, number>;
  /** Incidents in which a step would have been taken or asked for. */
  steps: number;
  /** Of them, those of which it can be told whether they were needless: where something else was done in time, it can't. */
  judged: number;
  /** Of the judged, those whose trouble went by itself in time. */
  needless: number;
  unknownCause: number;
  compared: number;
  agreed: number;
};

export function summaryOf(rows: Row[], compared: Compared[]): Summary {
  const byDecision: Record<string, number> = {};
  for (const { decision } of rows) byDecision[decision] = (byDecision[decision] ?? 0) + 1;
  const steps = rows.filter(({ step }) => step !== null);
  return {
    incidents: rows.length,
    byDecision,
    steps: steps.length,
    needless: steps.filter(({ needless }) => needless === true).length,
    judged: steps.filter(({ needless }) => needless !== null).length,
    unknownCause: rows.filter(({ cause }) => cause === null).length,
    compared: compared.length,
    agreed: compared.filter(({ agrees }) => agrees).length,
  };
}

/** What another set of playbooks changes about one incident; null: nothing. */
export type Changed = { row: Row; against: Row };

/** The same incidents under two sets of playbooks; told apart by service and time, since one set may close what the other holds open. */
export function changesBetween(rows: Row[], against: Row[]): { changed: Changed[]; only: Row[] } {
  const left = [...against];
  const changed: Changed[] = [];
  const only: Row[] = [];
  for (const row of rows) {
    const index = left.findIndex(
      (one) => one.namespace === row.namespace && one.service === row.service && one.at === row.at,
    );
    const [other] = index < 0 ? [] : left.splice(index, 1);
    if (!other) only.push(row);
    else if (differs(row, other)) changed.push({ row, against: other });
  }
  return { changed, only: [...only, ...left] };
}

const differs = (one: Row, other: Row): boolean =>
  one.decision !== other.decision ||
  one.step?.action !== other.step?.action ||
  one.step?.target !== other.step?.target ||
  one.reason !== other.reason ||
  JSON.stringify(one.skippedSteps.map(({ action, reason }) => [action, reason])) !==
    JSON.stringify(other.skippedSteps.map(({ action, reason }) => [action, reason]));
