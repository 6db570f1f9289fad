import { queryInstant } from '../prometheus/query.ts';
import type { SeriesSource } from '../prometheus/series.ts';
import { fingerprint } from './fingerprint.ts';
import type { AlertRule } from './rules.ts';
import { fillTemplate } from './template.ts';

/** One alert of one rule. `firedAt` is undefined while it waits out its `for`. Instants: sandbox epoch ms. */
export type ActiveAlert = {
  rule: AlertRule;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  fingerprint: string;
  value: number;
  activeAt: number;
  firedAt: number | undefined;
  endedAt: number | undefined;
};

export type AlertStates = {
  /** Evaluates all rules at `now`; `forced` fire beside them. Answers what began to fire and what ended since the last time. */
  evaluate(now: number, forced?: readonly ForcedAlert[]): { fired: ActiveAlert[]; ended: ActiveAlert[] };
  firing(): ActiveAlert[];
  /** Pending and firing. */
  active(): ActiveAlert[];
  restore(firing: readonly ActiveAlert[]): void;
};

/** Prometheus' alert states: a result is pending for the rule's `for`, then firing; without a result it ends. */
export function createAlertStates(rules: readonly AlertRule[], source: SeriesSource): AlertStates {
  const active = new Map<string, ActiveAlert>();
  return {
    evaluate(now, forced = []) {
      const fired: ActiveAlert[] = [];
      const seen = new Set<string>();
      for (const rule of rules) {
        for (const { labels, value } of results(rule, source, now)) {
          const alert = update(active, rule, labels, value, now);
          seen.add(alert.fingerprint);
          if (alert.firedAt === undefined && now - alert.activeAt >= rule.forMs) {
            alert.firedAt = now;
            fired.push(alert);
          }
        }
      }
      for (const made of forced) {
        const alert = update(active, asRule(made), made.labels, 1, now);
        seen.add(alert.fingerprint);
        if (alert.firedAt === undefined) {
          alert.firedAt = now;
          fired.push(alert);
        }
      }
      return { fired, ended: endOthers(active, seen, now) };
    },
    firing: () => [...active.values()].filter((a) => a.firedAt !== undefined),
    active: () => [...active.values()],
    restore(firing) {
      for (const alert of firing) active.set(alert.fingerprint, alert);
    },
  };
}

/** An alert without a rule of ours behind it. */
export type ForcedAlert = Pick<AlertRule, 'alert' | 'severity' | 'summary' | 'description'> & {
  labels: Record<string, string>;
};

function asRule({ alert, severity, summary, description }: ForcedAlert): AlertRule {
  return { alert, severity, summary, description, expr: 'vector(1)', forMs: 0 };
}

type Found = { labels: Readonly<Record<string, string>>; value: number };

function results(rule: AlertRule, source: SeriesSource, now: number): Found[] {
  const answer = queryInstant(source, rule.expr, now);
  if (!answer.ok) throw new Error(`rule ${rule.alert}: ${answer.error}`);
  return answer.result.resultType === 'vector' ? answer.result.samples : [];
}

function update(
  active: Map<string, ActiveAlert>,
  rule: AlertRule,
  from: Found['labels'],
  value: number,
  now: number,
): ActiveAlert {
  const { __name__: _, ...rest } = from;
  const labels = { ...rest, alertname: rule.alert, severity: rule.severity };
  const id = fingerprint(labels);
  const annotations = {
    summary: fillTemplate(rule.summary, labels, value),
    description: fillTemplate(rule.description, labels, value),
  };
  const known = active.get(id);
  if (known) return Object.assign(known, { value, annotations });
  const alert: ActiveAlert = {
    rule,
    labels,
    annotations,
    fingerprint: id,
    value,
    activeAt: now,
    firedAt: undefined,
    endedAt: undefined,
  };
  active.set(id, alert);
  return alert;
}

function endOthers(active: Map<string, ActiveAlert>, seen: ReadonlySet<string>, now: number): ActiveAlert[] {
  const ended: ActiveAlert[] = [];
  for (const [key, alert] of active) {
    if (seen.has(key)) continue;
    active.delete(key);
    if (alert.firedAt === undefined) continue;
    alert.endedAt = now;
    ended.push(alert);
  }
  return ended;
}
