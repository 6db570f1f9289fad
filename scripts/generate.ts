import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generated } from './generate/generated.ts';

/** `npm run generate`: writes what is made from the schemas and the extension points; with `--check` it only says what isn't current. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');
for (const { path, text } of await generated()) {
  const file = join(ROOT, path);
  if ((await readFile(file, 'utf8').catch(() => null)) === text) continue;
  if (check) process.exitCode = 1;
  else await writeFile(file, text);
  console.log(check ? `${path} is not current: npm run generate` : `${path} written`);
}
