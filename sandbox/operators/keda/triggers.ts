import { CronExpressionParser } from 'cron-parser';
import type { TriggerSpec } from './definition.ts';

/** What the operator asks of the world: Prometheus (null: an empty answer), and external scalers by gRPC. Both reject with why not. */
export type Sources = {
  prometheus(query: string, now: number): number | null;
  external(address: string, ref: ScaledRef): Promise<ExternalMetric>;
};
export type ScaledRef = { name: string; namespace: string; scalerMetadata: Record<string, string> };
export type ExternalMetric = { target: number; value: number };

/** What a trigger measured: `value` against the `target` that one replica takes. */
export type Metric = { target: number; value: number; active: boolean };
/** `target` is null where only a look tells it. */
export type Trigger = { name: string; target: number | null; look(now: number): Metric | Promise<Metric> };

/** A trigger's metadata that KEDA couldn't work with. */
export class BadTrigger extends Error {
  override readonly name = 'BadTrigger';
}

/** Of the kinds that the sandbox's operator knows. Throws BadTrigger. */
export function triggerOf(spec: TriggerSpec, index: number, ref: ScaledRef, sources: Sources): Trigger {
  const { metadata } = spec;
  switch (spec.type) {
    case 'prometheus': {
      const [query, threshold] = [textOf(metadata, 'query'), numberOf(metadata, 'threshold')];
      textOf(metadata, 'serverAddress');
      const least = metadata.activationThreshold === undefined ? 0 : numberOf(metadata, 'activationThreshold');
      const name = `s${index}-prometheus`;
      return {
        name,
        target: threshold,
        look(now) {
          // An empty answer counts as nothing, as with ignoreNullValues.
          const value = sources.prometheus(query, now) ?? 0;
          return { target: threshold, value, active: value > least };
        },
      };
    }
    case 'cron':
      return cronTrigger(metadata, index);
    case 'external': {
      const address = textOf(metadata, 'scalerAddress');
      const name = `s${index}-external`;
      return {
        name,
        target: null,
        async look() {
          const { target, value } = await sources.external(address, { ...ref, scalerMetadata: metadata });
          return { target, value, active: value > 0 };
        },
      };
    }
    default:
      throw new BadTrigger(`no scaler found for type: ${spec.type} (the sandbox knows prometheus, cron and external)`);
  }
}

/** Within its window it wants so many replicas (a target of one each); outside, one. */
function cronTrigger(metadata: Record<string, string>, index: number): Trigger {
  const [timezone, start, end] = ['timezone', 'start', 'end'].map((field) => textOf(metadata, field)) as Window;
  const replicas = numberOf(metadata, 'desiredReplicas');
  if (start === end) throw new BadTrigger('start and end can not have exactly same time input');
  nextOf(start, timezone, 0);
  nextOf(end, timezone, 0);
  const parts = [timezone, start, end].map((part) => part.replaceAll(' ', '').replaceAll('*', 'x'));
  const name = `s${index}-cron-${parts.join('-')}`.replace(/[/.:%]/g, '-').replace(/[()]/g, '');
  return {
    name,
    target: 1,
    look(now) {
      const active = isWithin(timezone, start, end, now);
      return { target: 1, value: active ? replicas : 1, active };
    },
  };
}

type Window = [timezone: string, start: string, end: string];

/** Whether the window that began last hasn't ended: its end is nearer than its next start. */
export function isWithin(timezone: string, start: string, end: string, now: number): boolean {
  return nextOf(end, timezone, now) < nextOf(start, timezone, now);
}

function nextOf(spec: string, timezone: string, now: number): number {
  try {
    return CronExpressionParser.parse(spec, { tz: timezone, currentDate: new Date(now) })
      .next()
      .getTime();
  } catch (error) {
    throw new BadTrigger(`unparseable schedule "${spec}" (${timezone}): ${String(error)}`);
  }
}

function textOf(metadata: Record<string, string>, field: string): string {
  const value = metadata[field];
  if (value === undefined || value === '') throw new BadTrigger(`missing required parameter "${field}"`);
  return value;
}

function numberOf(metadata: Record<string, string>, field: string): number {
  const value = Number(textOf(metadata, field));
  if (!(Number.isFinite(value) && value >= 0)) throw new BadTrigger(`unable to set param "${field}": not a number`);
  return value;
}
