import { short } from '../domain/figures.ts';
import type { Incident } from '../domain/incident.ts';
import { type IssueKind, RULE_UNIT } from '../domain/issue-kind.ts';
import {
  type AlertingRule,
  comparisonIn,
  holdingOf,
  issueKindOf,
  jobsIn,
  metricsOfRule,
  type RuleHolding,
  type RuleSample,
  rulesOf,
  samplesOf,
} from '../domain/own-rule.ts';
import type { Alert } from '../domain/types/alert.ts';
import type { Issue } from '../domain/types/diagnosis.ts';
import type { Metrics } from '../ports/metrics.ts';

/** What an incident's alerts say when their own rules are evaluated again, now. */
export type ByOwnRule =
  | { kind: 'present'; issue: Issue }
  /** Every rule was evaluated, has data, and holds no more. */
  | { kind: 'gone'; message: string }
  | { kind: 'unknown'; why: string };

type RuleLook = { metrics: Metrics; clock: { now(): number }; kinds: readonly IssueKind[] };

/** So many different rules of an incident are evaluated: one alert has rarely more than four. */
const MOST_RULES = 8;
const MOST_ALERTS = 200;

/**
 * Evaluates the rules that Prometheus lists under the names of the incident's alerts, as they are, each once. Present: one holds for series whose labels are all among those of an alert.
 * That an alert was delivered says nothing; without a rule, an answer or data it is unknown.
 */
export async function measureByOwnRule(world: RuleLook, incident: Pick<Incident, 'alerts'>): Promise<ByOwnRule> {
  const beat = incident.alerts.find(({ source }) => source === 'heartbeat');
  if (beat) return ofHeartbeat(beat);
  const alerts = incident.alerts.filter(({ source }) => source === 'alertmanager').slice(0, MOST_ALERTS);
  if (alerts.length === 0) return { kind: 'unknown', why: 'it has no alert whose rule could be evaluated' };
  if (!world.metrics.rules) return { kind: 'unknown', why: 'nobody lists the rules of its alerts' };
  const known = await world.metrics.rules([...new Set(alerts.map(({ name }) => name))]);
  if (!known.ok) return { kind: 'unknown', why: `the rules of its alerts: ${known.failure.message}` };
  const rules = [...new Set(alerts.flatMap((alert) => rulesOf(alert, known.value)))].slice(0, MOST_RULES);
  if (rules.length === 0) return { kind: 'unknown', why: `Prometheus lists no rule ${alerts[0]!.name}` };
  const looks = await Promise.all(rules.map((rule) => evaluate(world, rule, alerts)));
  const present = looks.flatMap((look) => (look.kind === 'present' ? [look] : []));
  const [worst] = present.sort((left, right) => right.issue.severity - left.issue.severity);
  return worst ?? looks.find((look) => look.kind === 'unknown') ?? looks[0]!;
}

/** We ourselves listen for the heartbeat: whether it comes is measured. */
function ofHeartbeat({ status, name, annotations }: Alert): ByOwnRule {
  if (status === 'resolved') return { kind: 'gone', message: 'alerts come again' };
  const message = annotations.summary ?? 'no heartbeat is heard';
  return { kind: 'present', issue: { kind: issueKindOf(name), severity: 1, unit: RULE_UNIT, message } };
}

async function evaluate({ metrics, clock, kinds }: RuleLook, rule: AlertingRule, all: Alert[]): Promise<ByOwnRule> {
  const alerts = all.filter((alert) => rulesOf(alert, [rule]).length > 0);
  const answer = await metrics.instant(rule.expr, clock.now());
  if (!answer.ok) return { kind: 'unknown', why: `rule ${rule.name}: ${answer.failure.message}` };
  const holding = worstOf(rule, alerts, answer.value);
  if (holding) return { kind: 'present', issue: issueOf(kinds, rule, holding) };
  return (await hasData(metrics, rule, alerts, clock.now()))
    ? { kind: 'gone', message: `the rule ${rule.name} holds no more` }
    : { kind: 'unknown', why: `rule ${rule.name}: what it reads has no data` };
}

function worstOf(rule: AlertingRule, alerts: Alert[], samples: RuleSample[]): RuleHolding | null {
  return holdingOf(rule, [...new Set(alerts.flatMap((alert) => samplesOf(alert, rule, samples)))]);
}

/**
 * Silence isn't health: an expression that gives nothing says something only while what it reads is there. That is so where its left side has the alert's series, where the job that it
 * reads is scraped, and for what kube-state-metrics tells, which leaves out what isn't so, where it tells anything at all.
 */
async function hasData(metrics: Metrics, rule: AlertingRule, alerts: Alert[], at: number): Promise<boolean> {
  const comparison = comparisonIn(rule.expr);
  const left = comparison ? await metrics.instant(comparison.left, at) : null;
  if (left?.ok && worstOf(rule, alerts, left.value)) return true;
  const jobs = jobsIn(rule.expr, alerts);
  if (jobs.length > 0) return isThere(metrics, `up{job=~"${jobs.join('|')}"} == 1`, at);
  const names = metricsOfRule(rule.expr);
  const each = names.every((name) => name.startsWith('kube_'));
  if (names.length === 0 || (comparison && !each)) return false;
  const count = await metrics.instant(`count by (__name__) ({__name__=~"${names.join('|')}"})`, at);
  return count.ok && (each ? count.value.length > 0 : count.value.length === names.length);
}

async function isThere(metrics: Metrics, query: string, at: number): Promise<boolean> {
  const answer = await metrics.instant(`count(${query})`, at);
  return answer.ok && (answer.value[0]?.value ?? 0) > 0;
}

/** By the kind that knows this alert; else it is called after the alert. */
function issueOf(kinds: readonly IssueKind[], rule: AlertingRule, { value, threshold, severity }: RuleHolding): Issue {
  const kind = kinds.find(({ byRule }) => byRule?.alerts.includes(rule.name));
  const figures = threshold === null ? '' : `: ${figure(value)}, its threshold is ${figure(threshold)}`;
  const said = kind?.byRule?.message?.(value, threshold) ?? `The alert's own rule ${rule.name} holds${figures}`;
  const alert = issueKindOf(rule.name);
  return { kind: kind?.name ?? alert, ...(kind ? { alert } : {}), severity, unit: RULE_UNIT, message: said };
}

const figure = (value: number): string => short(value, 3);
