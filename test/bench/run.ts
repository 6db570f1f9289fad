import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** `npm run bench -- <name> [--data DIR] [--out PATH]`: runs one bench; the last line printed is one JSON object. */
type Bench = { run(args: { data?: string; out?: string }): Promise<Record<string, unknown>> };

const folder = new URL('./', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -3));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string' }, out: { type: 'string' } },
});
const name = positionals[0];
if (!name || !names.includes(name)) {
  console.error(`Which bench? One of: ${names.join(', ')}`);
  process.exit(2);
}
const bench: Bench = await import(new URL(`${name}.ts`, folder).href);
const figures = await bench.run(values);
console.log(JSON.stringify({ bench: name, ...figures }));
process.exit(0);
