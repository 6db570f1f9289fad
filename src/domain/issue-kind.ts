import type { ChartName } from './finding-info.ts';
import type { Health } from './health.ts';
import type { Issue } from './types/diagnosis.ts';
import type { Finding } from './types/finding.ts';

/** What a kind of trouble is read from. */
export type KindLook = { health: Health; findings: readonly Finding[] };
/** A kind of trouble that shows: how severe, in the kind's unit, and in one sentence. */
export type SeenTrouble = { severity: number; message: string };

/** A kind of trouble. Pure: it reads vitals and findings, never a name of another kind. */
export type IssueKind = {
  /** `Issue.kind`, and the `issue` of its playbook. */
  name: string;
  title: string;
  /** How it is said of a service, while it lasts and once it is over: "is slow", "was slow". */
  says: { now: string; past: string };
  /** What its picture shows; null: what the strongest finding names, else there is none. */
  chart: ChartName | null;
  /** It is measured over a window, which holds the time before a change until it has passed. */
  overWindow: boolean;
  /** Whose trouble it is: a node's is dealt with once for all that run on it. */
  of: 'workload' | 'node';
  /** The unit of its severity. */
  unit: string;
  /** Of several kinds that show, the one with the smallest is named. */
  order: number;
  /** The vitals that show it: before it may be called over one of them at least must be known. */
  shownBy: readonly string[];
  /** Before it may be called over none of these may be unknown, of the victim and of the cause. */
  needs: readonly string[];
  /** Null: it doesn't show. Asked in the order of `order`. */
  present(look: KindLook): SeenTrouble | null;
  /** How severe it is now, in its unit; null: that can't be read. */
  severity(look: KindLook): number | null;
  /** The vital that its severity is read from, where that is a level which falls again: it must get under where the playbooks begin. */
  level?: string;
  /** Why it isn't over though it isn't in trouble any more (above what is normal, half-way); null when nothing is left. */
  lingers?(look: KindLook, before: Issue): string | null;
  /** Trouble that doesn't hurt yet, asked when nothing hurts. `needs` as above, for issues that were named so; `lingers` says why such an issue isn't over. */
  ahead?: {
    order: number;
    needs: readonly string[];
    present(look: KindLook): SeenTrouble | null;
    lingers(look: KindLook, before: Issue): string | null;
  };
  /** No vital shows it: these alerts mean it, and their own rule says whether it holds. */
  byRule?: ByRule;
  /** What is said when it is over. */
  over(health: Health): string;
};

/** Trouble that is measured by evaluating an alert's own rule. */
export type ByRule = {
  /** Names of alerts, as their rules have them. */
  alerts: readonly string[];
  /** What the value of the expression says, with what it is held against; null where it says nothing in plain words. */
  message?(value: number, threshold: number | null): string | null;
};

type OfRule = Pick<IssueKind, 'name' | 'title' | 'says'> & Partial<Pick<IssueKind, 'of' | 'chart'>> & ByRule;

/** A kind that no vital shows. Its severity is how far beyond its threshold the rule is. */
export const kindByRule = ({ name, title, says, of = 'workload', chart = null, ...byRule }: OfRule): IssueKind => ({
  name,
  title,
  says,
  chart,
  overWindow: false,
  of,
  unit: RULE_UNIT,
  order: Number.POSITIVE_INFINITY,
  shownBy: [],
  needs: [],
  byRule,
  present: () => null,
  severity: () => null,
  over: ({ service }) => `${service}: the rule of its alert holds no more`,
});

export const RULE_UNIT = '× threshold';
