import type { ParamCheck } from '../adapters/playbooks/load-playbooks.ts';
import type { Action } from '../extension-points.ts';

/** Has each action judge the parameters of its steps, where playbooks are loaded. */
export function paramCheck(actions: readonly Action[]): ParamCheck {
  const byName = new Map(actions.map((action) => [action.name, action]));
  return ({ action, params }) => byName.get(action)?.paramFault?.(params) ?? null;
}
