// All the set-up that `npm start` and `npm test` need, done before each of them. Plain JavaScript without dependencies: it runs on whatever Node (>= 20) the machine has, before anything is installed.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiled } from './setup/compiled.mjs';
import { dependencies } from './setup/dependencies.mjs';
import { programs } from './setup/programs.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const forTests = process.argv.includes('--test');

try {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20)
    throw new Error(`Node ${process.versions.node} is too old to set Nightshift up: it takes Node 20 or newer.`);
  dependencies(root);
  programs({
    forTests,
    nothingSkipped: forTests && process.env.CI === 'true',
    ownRedis: !process.env.REDIS_URL && !process.env.REDIS_URL_FILE,
    skippedFile: join(root, '.nightshift', 'skipped.json'),
  });
  if (process.argv.includes('--start')) compiled(root);
} catch (error) {
  console.error(`\nSet-up: ${error.message}\n`);
  process.exit(1);
}
