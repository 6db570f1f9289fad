import { parseQuantity } from '../../domain/quantity.ts';
import type { Step } from '../../domain/types/playbook.ts';
import type { ParamFault } from '../../extension-points.ts';

/** What a container gets of one resource, where it says nothing itself. Kubernetes quantities. */
export type ResourceDefault = { resource: 'memory' | 'cpu'; limit: string; request: string };

export const POLICY = 'add-default-resources';

const QUANTITIES = {
  memory_limit: { fallback: '512Mi', form: /^[1-9]\d{0,6}(Mi|Gi)$/, message: 'must be whole Mi or Gi, such as 512Mi' },
  memory_request: {
    fallback: '256Mi',
    form: /^[1-9]\d{0,6}(Mi|Gi)$/,
    message: 'must be whole Mi or Gi, such as 256Mi',
  },
  cpu_limit: { fallback: '500m', form: /^[1-9]\d{0,5}m?$/, message: 'must be cores or millicores, such as 500m' },
  cpu_request: { fallback: '250m', form: /^[1-9]\d{0,5}m?$/, message: 'must be cores or millicores, such as 250m' },
} as const;
type QuantityName = keyof typeof QUANTITIES;

/** The step's parameters over the defaults. */
export function resourceDefaults({ params }: Pick<Step, 'params'>): ResourceDefault[] {
  const quantity = (name: QuantityName) => String(params[name] ?? QUANTITIES[name].fallback);
  return [
    { resource: 'memory', limit: quantity('memory_limit'), request: quantity('memory_request') },
    { resource: 'cpu', limit: quantity('cpu_limit'), request: quantity('cpu_request') },
  ];
}

/** What is wrong with the quantities among a step's parameters; null when they are right. A request over its limit would have every pod refused. */
export function quantityFault(params: Step['params']): ParamFault | null {
  for (const [name, { form, message }] of Object.entries(QUANTITIES)) {
    const value = params[name];
    if (value !== undefined && !form.test(String(value))) return { param: name, message };
  }
  const over = resourceDefaults({ params }).find(({ limit, request }) => amountOf(request) > amountOf(limit));
  return over ? { param: `${over.resource}_request`, message: `must not be over the limit, ${over.limit}` } : null;
}

export const isQuantityName = (name: string): boolean => name in QUANTITIES;
export const QUANTITY_NAMES: readonly string[] = Object.keys(QUANTITIES);

/** Cores, or bytes. */
export const amountOf = (quantity: string): number => parseQuantity(quantity) ?? Number.NaN;

/** In words, for the plan: equal words, equal settings. */
export function defaultsWords(defaults: ResourceDefault[]): string {
  return defaults.map(({ resource, limit, request }) => `${resource} limit ${limit}, request ${request}`).join('; ');
}
