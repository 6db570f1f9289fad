import type { Alert } from './types/alert.ts';

/** Pure: an alert's own rule, as Prometheus lists it, against what its expression gives now. */

/** One alerting rule. `labels` are those that it sets itself; templates as they are written. */
export type AlertingRule = { name: string; expr: string; labels: Record<string, string>; forMs: number };

export type RuleSample = { labels: Record<string, string>; value: number };

/** How the worst of the alert's series stands. `threshold` null: the expression ends in no comparison with a number. */
export type RuleHolding = { value: number; threshold: number | null; severity: number };

/** Labels that no series has: the rule, or Alertmanager, sets them. */
const ADDED = new Set(['alertname', 'alertstate', '__name__']);
const TEMPLATE = /\{\{/;

/** The rules that may have made this alert: of its name, and with no label of their own that it has otherwise. */
export function rulesOf(alert: Pick<Alert, 'name' | 'labels'>, rules: readonly AlertingRule[]): AlertingRule[] {
  return rules.filter(
    (rule) =>
      rule.name === alert.name &&
      Object.entries(rule.labels).every(([key, value]) => TEMPLATE.test(value) || alert.labels[key] === value),
  );
}

/** Of what the expression gives, the series whose labels are all among the alert's; what the rule sets itself is left out of account. */
export function samplesOf(
  alert: Pick<Alert, 'labels'>,
  rule: AlertingRule,
  samples: readonly RuleSample[],
): RuleSample[] {
  const isOwn = ([key, value]: [string, string]) => ADDED.has(key) || key in rule.labels || alert.labels[key] === value;
  return samples.filter(({ labels }) => Object.entries(labels).every(isOwn));
}

type Comparison = { operator: '>' | '>=' | '<' | '<=' | '==' | '!='; threshold: number; left: string };

const LAST = /^([\s\S]*?)(>=|<=|==|!=|>|<)\s*(?:bool\s+)?([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)\s*$/i;

/** The comparison with a number that an expression ends in, at its top level: `rate(x[5m]) > 0.05`. Null where there is none, or another part follows or precedes it. */
export function comparisonIn(expr: string): Comparison | null {
  const text = unwrapped(expr);
  const [, left = '', operator, number] = LAST.exec(text) ?? [];
  if (!operator) return null;
  const { depths } = bracketsIn(text);
  if (depths[left.length] !== 0 || hasSetOperator(left, depths)) return null;
  return { operator: operator as Comparison['operator'], threshold: Number(number), left: left.trim() };
}

/** Without parentheses and blanks around the whole. */
function unwrapped(text: string): string {
  const { closing } = bracketsIn(text);
  let [from, to] = [0, text.length - 1];
  while (from < to) {
    if (/\s/.test(text[from]!)) from += 1;
    else if (/\s/.test(text[to]!)) to -= 1;
    else if (text[from] === '(' && closing.get(from) === to) [from, to] = [from + 1, to - 1];
    else break;
  }
  return text.slice(from, to + 1);
}

/** In one walk: how many brackets are open before each place, and where each is closed; what stands in quotes doesn't count. */
function bracketsIn(text: string): { depths: Int32Array; closing: Map<number, number> } {
  const depths = new Int32Array(text.length + 1);
  const closing = new Map<number, number>();
  const open: number[] = [];
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (quote) {
      if (char === '\\') depths[++at] = open.length;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'" || char === '`') quote = char;
    else if ('([{'.includes(char)) open.push(at);
    else if (')]}'.includes(char)) {
      const began = open.pop();
      if (began !== undefined) closing.set(began, at);
    }
    depths[at + 1] = open.length;
  }
  return { depths, closing };
}

/** `a > 1 and b > 2`: the last number is the threshold of a part, not of the whole. */
function hasSetOperator(text: string, depths: Int32Array): boolean {
  for (const { index } of text.matchAll(/\b(and|or|unless)\b/gi)) if (depths[index] === 0) return true;
  return false;
}

/** The worst of the alert's series, and how far beyond the threshold it is: 1 is at it. Null: the expression doesn't hold for any. */
export function holdingOf(rule: AlertingRule, samples: readonly RuleSample[]): RuleHolding | null {
  const comparison = comparisonIn(rule.expr);
  const worst = samples
    .map(({ value }) => ({ value, threshold: comparison?.threshold ?? null, severity: severityOf(value, comparison) }))
    .sort((left, right) => right.severity - left.severity)[0];
  return worst ?? null;
}

/** Value over threshold, or threshold over value where small is bad. Where that says nothing (no threshold, or zero) it is 1. */
function severityOf(value: number, comparison: Comparison | null): number {
  if (!comparison) return 1;
  const { operator, threshold } = comparison;
  const [over, under] = operator.startsWith('<') ? [threshold, value] : [value, threshold];
  if (operator === '==' || operator === '!=' || !(under > 0) || !(over > 0)) return 1;
  return Number(Math.min(over / under, 1_000).toPrecision(3));
}

/** `KubeHpaMaxedOut` → `kube_hpa_maxed_out`: the kind of issue, and the name of a playbook for it. */
export const issueKindOf = (alertName: string): string =>
  alertName
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/(?<=[A-Z])(?=[A-Z][a-z])/g, '_')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
    .slice(0, 60) || 'alert';

const FUNCTION_OR_WORD =
  /^(by|without|on|ignoring|group_left|group_right|and|or|unless|bool|offset|inf|nan|start|end|atan2)$/i;

/** The metrics that an expression reads. */
export function metricsOfRule(expr: string): string[] {
  const bare = expr
    // A quote that nothing closes ends with its line.
    .replace(/"(?:\\.|[^"\\\n])*(?:"|\\?$)|'(?:\\.|[^'\\\n])*(?:'|\\?$)|`[^`]*`/gm, '""')
    .replace(/\{[^{}]*\}/g, '{}')
    .replace(/\[[^[\]]*\]/g, '')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)/gi, ' ');
  const names = [...bare.matchAll(/(?<![\w:])[a-zA-Z_:][\w:]*(?![\w:]|\s*\()/g)].map(([name]) => name);
  return [...new Set(names.filter((name) => !FUNCTION_OR_WORD.test(name)))];
}

const JOB = /\bjob\s*=\s*"([\w./-]{1,120})"/g;

/** Whose scrapes an expression reads: the jobs that it names, else the alerts' own. */
export function jobsIn(expr: string, alerts: readonly Pick<Alert, 'labels'>[]): string[] {
  const named = [...expr.matchAll(JOB)].map(([, job]) => job!);
  const own = alerts.flatMap(({ labels }) => (labels.job && /^[\w./-]{1,120}$/.test(labels.job) ? [labels.job] : []));
  return [...new Set(named.length > 0 ? named : own)].slice(0, 10);
}
