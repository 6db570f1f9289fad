import { runProgram } from './run-program.ts';

type Check = {
  title: string;
  program: string;
  args: string[];
  /** Looks at the output of a program that was content: null, or why it is no success after all. */
  doubt?: (output: string) => string | null;
};

export const CHECKS: readonly Check[] = [
  // What didn't change since the last run isn't checked anew.
  {
    title: 'types (tsc)',
    program: 'tsc',
    args: ['--noEmit', '--incremental', '--tsBuildInfoFile', '.nightshift/types.tsbuildinfo'],
  },
  { title: 'style (biome)', program: 'biome', args: ['ci', '--error-on-warnings', '--colors=off', '.'] },
  {
    title: 'layers (dependency-cruiser)',
    program: 'depcruise',
    args: ['src', 'commands', 'sandbox', '--config', '.dependency-cruiser.mjs'],
    doubt: nothingCruised,
  },
  { title: 'dead code (knip)', program: 'knip', args: ['--no-progress', '--no-config-hints'] },
  {
    title: 'what only tests use (knip)',
    program: 'knip',
    args: ['--production', '--no-progress', '--no-config-hints'],
  },
];

export async function runCheck(check: Check): Promise<{ ok: boolean; seconds: number; output: string }> {
  const start = performance.now();
  const { code, output } = await runProgram(check.program, check.args, { show: false });
  const doubt = code === 0 ? (check.doubt?.(output) ?? null) : null;
  return { ok: code === 0 && doubt === null, seconds: (performance.now() - start) / 1000, output: doubt ?? output };
}

/** dependency-cruiser is content when its parser finds nothing to look at. */
export function nothingCruised(output: string): string | null {
  const cruised = Number(/\((\d+) modules/.exec(output)?.[1] ?? 0);
  return cruised > 0 ? null : `No module was looked at, so no rule was checked:\n${output}`;
}
