import type { IntOrString } from '../kinds.ts';

/** '25%' of `total`, or the plain number; rounded up or down. */
export function amountOf(
  value: IntOrString | undefined,
  total: number,
  round: 'up' | 'down',
  otherwise: number,
): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value);
  if (percent === null) return Number(value) || otherwise;
  const exact = (Number(percent[1]) * total) / 100;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}
