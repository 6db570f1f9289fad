import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';

/**
 * Changes each condition and value of what decides, one after the other, and looks whether a test of the domain tells. What is known of earlier runs is kept, so that only what changed is tried again.
 * NIGHTSHIFT_MUTANTS names some of the files (`authorise,judge`).
 */

export const about = 'mutants of what decides: how many the tests of the domain tell';

const ALL = ['decide', 'authorise', 'transition', 'health', 'judge'];
const folder = (name: string) => fileURLToPath(new URL(`mutants/${name}`, import.meta.url));

export async function run(): Promise<Record<string, unknown>> {
  const names = process.env.NIGHTSHIFT_MUTANTS?.split(',') ?? ALL;
  const stryker = new Stryker({
    mutate: names.map((name) => `src/domain/${name}.ts`),
    testRunner: 'vitest',
    plugins: [fileURLToPath(import.meta.resolve('@stryker-mutator/vitest-runner'))],
    vitest: { configFile: folder('vitest.config.ts'), related: true },
    coverageAnalysis: 'perTest',
    incremental: true,
    incrementalFile: folder('known.mutants'),
    concurrency: Number(process.env.NIGHTSHIFT_MUTANTS_AT_ONCE ?? 1),
    tempDirName: '.nightshift/stryker',
    // A copy of the repository is what is mutated.
    ignorePatterns: ['.nightshift', 'docs', 'deploy', 'reports', 'test/soak', 'test/bench', '!test/soak/mutants'],
    reporters: ['dots'],
    allowConsoleColors: false,
    disableTypeChecks: false,
    // TypeScript 7 has nothing that could rewrite one, and nothing here needs it.
    tsconfigFile: 'none.json',
    timeoutMS: 20_000,
  });
  const mutants = await stryker.runMutationTest();
  const figures = names.map((name) => {
    const own = mutants.filter(({ fileName }) => fileName.endsWith(`src/domain/${name}.ts`));
    const told = own.filter(({ status }) => status === 'Killed' || status === 'Timeout').length;
    const lived = own.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
    for (const { location, replacement, mutatorName, status } of lived)
      console.log(
        `${name}.ts:${location.start.line}:${location.start.column} ${status} ${mutatorName}: ${replacement}`,
      );
    return [
      name,
      { mutants: told + lived.length, told, share: Math.round((told / (told + lived.length)) * 1_000) / 1_000 },
    ];
  });
  return Object.fromEntries(figures);
}
