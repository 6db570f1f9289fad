import type { Step } from '../../domain/types/playbook.ts';
import type { ParamFault } from '../../extension-points.ts';

/** What is wrong with a number that a step sets; null where it is right or isn't set. `message` say what it must be. */
export const numberFault =
  (param: string, isRight: (value: number) => boolean, message: string) =>
  (params: Step['params']): ParamFault | null => {
    const value = params[param];
    return value === undefined || (typeof value === 'number' && isRight(value)) ? null : { param, message };
  };
