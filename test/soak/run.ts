import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** `npm run soak -- <name>`: what is too heavy for every test run; the last line printed is one JSON object. */
type Soak = { run(args: { data?: string; out?: string }): Promise<Record<string, unknown>> };

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
  console.error(`Which soak? One of: ${names.join(', ')}`);
  process.exit(2);
}
const soak: Soak = await import(new URL(`${name}.ts`, folder).href);
const figures = await soak.run(values);
console.log(JSON.stringify({ soak: name, ...figures }));
process.exit(0);
