import { readdirSync } from 'node:fs';
import { Command } from 'commander';

type Given = { data?: string; out?: string };
type Named = { about: string; run(given: Given): Promise<Record<string, unknown>> };

/** One program for all files of a folder, each a command of its own; the last line that it prints is one JSON object with the figures. */
export async function runNamed(what: 'bench' | 'soak', folder: URL): Promise<void> {
  const names = readdirSync(folder).flatMap((file) =>
    file.endsWith('.ts') && file !== 'run.ts' ? [file.slice(0, -3)] : [],
  );
  const program = new Command(what).usage('<name> [--data DIR] [--out PATH]').showHelpAfterError();
  const asked = process.argv[2] ?? '';
  // The others would only be in the way of what is measured.
  for (const name of names.includes(asked) ? [asked] : names) {
    const { about, run } = (await import(new URL(`${name}.ts`, folder).href)) as Named;
    program
      .command(name)
      .description(about)
      .option('--data <folder>', 'the data that it is measured on')
      .option('--out <path>', 'where results are written')
      .action(async (given: Given) => {
        console.log(JSON.stringify({ [what]: name, ...(await run(given)) }));
        process.exit(0);
      });
  }
  await program.parseAsync();
}
