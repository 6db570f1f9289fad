// Writes the rights that the manifests in deploy/ give from what the actions declare. `node scripts/rights.ts --check` fails where they are not current.
import { readFile, writeFile } from 'node:fs/promises';
import { rightsFiles } from './rights/files.ts';

const files = await rightsFiles();
const check = process.argv.includes('--check');
for (const [path, text] of Object.entries(files)) {
  const there = await readFile(path, 'utf8').catch(() => '');
  if (there === text) continue;
  if (check) {
    console.error(`${path} is not current: node scripts/rights.ts`);
    process.exitCode = 1;
  } else await writeFile(path, text);
}
