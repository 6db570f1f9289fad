import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesFor, isName, isPoint, POINTS } from './new/templates.ts';

/** `npm run new -- action raise_hpa_max`: writes a file of an extension point and a test that fails until it does something. Never over what is there. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const [point = '', name = ''] = process.argv.slice(2);

if (!isPoint(point) || !isName(name)) {
  console.error(`npm run new -- <${POINTS.join(' | ')}> <name in snake_case>`);
  process.exit(1);
}
const files = filesFor(point, name);
for (const { path } of files)
  if (await isThere(join(ROOT, path))) {
    console.error(`${path} is there already: nothing was written.`);
    process.exit(1);
  }
for (const { path, text } of files) {
  await mkdir(dirname(join(ROOT, path)), { recursive: true });
  await writeFile(join(ROOT, path), text);
  console.log(path);
}
console.log('\nNext: npm run generate, then make the test pass.');

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
