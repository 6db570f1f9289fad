/** One condition on a label. */
export type LabelExpression = { key: string; operator: string; values: string[] };

/** A Kubernetes label selector; the empty one selects everything. */
export type LabelSelector = { matchLabels: Record<string, string>; matchExpressions: LabelExpression[] };

/** Whether it selects an object with these labels. */
export const selects = ({ matchLabels, matchExpressions }: LabelSelector, labels: Record<string, string>): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every((expression) => holds(expression, labels));

/** Whether the condition holds. An operator that isn't known never does; `Gt` and `Lt` are of nodes alone. */
export function holds({ key, operator, values }: LabelExpression, labels: Record<string, string>): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}
