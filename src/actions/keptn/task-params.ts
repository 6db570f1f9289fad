import { durationMs } from '../../domain/duration.ts';
import type { Step } from '../../domain/types/playbook.ts';
import type { ParamFault } from '../../extension-points.ts';

/** Which KeptnTaskDefinition is run, and how long and how often it is tried. */
export type TaskParams = {
  definition: string;
  /** Where definitions for all namespaces are: Keptn's own. */
  keptnNamespace: string;
  /** Tries after the first. */
  retries: number;
  /** For all tries together. */
  timeoutMs: number;
};

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DURATION = /^[1-9]\d{0,4}[sm]$/;
const MOST_RETRIES = 10;
const SHORTEST_MS = 10_000;
export const LONGEST_MS = 60 * 60_000;
const KNOWN = ['definition', 'keptn_namespace', 'retries', 'timeout'];

/** The step's parameters over the defaults. */
export function taskParams({ params }: Pick<Step, 'params'>): TaskParams {
  return {
    definition: String(params.definition ?? 'restart-deployment'),
    keptnNamespace: String(params.keptn_namespace ?? 'keptn-system'),
    retries: Number(params.retries ?? 2),
    timeoutMs: timeoutMsOf(params.timeout ?? '5m') ?? Number.NaN,
  };
}

/** What is wrong with a step's parameters; null when they are right. */
export function taskParamFault(params: Step['params']): ParamFault | null {
  for (const [name, value] of Object.entries(params)) {
    const message = faultOf(name, value);
    if (message !== null) return { param: name, message };
  }
  return null;
}

function faultOf(name: string, value: Step['params'][string]): string | null {
  switch (name) {
    case 'definition':
    case 'keptn_namespace':
      return NAME.test(String(value))
        ? null
        : `must be the name of a ${name === 'definition' ? 'KeptnTaskDefinition' : 'namespace'}`;
    case 'retries': {
      const fits = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_RETRIES;
      return fits ? null : `must be a whole number from 0 to ${MOST_RETRIES}`;
    }
    case 'timeout': {
      const ms = timeoutMsOf(value);
      return ms !== null && ms >= SHORTEST_MS && ms <= LONGEST_MS
        ? null
        : 'must be whole seconds or minutes from 10s to 60m, such as 5m';
    }
    default:
      return `is not known; there are ${KNOWN.join(', ')}`;
  }
}

/** Of whole seconds or minutes; null for any other text. */
export const timeoutMsOf = (value: Step['params'][string]): number | null =>
  DURATION.test(String(value)) ? durationMs(String(value)) : null;

/** As Keptn and people write it. */
export const durationText = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000}m` : `${ms / 1_000}s`);
