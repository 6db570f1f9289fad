import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { longWork } from './long-work.mjs';

/** Loads the app once as `npm start` will, with the same flags (V8 keeps compiled code for those alone), so that the first start is as quick as any. */
export function compiled(root) {
  if (existsSync(join(root, '.nightshift', 'compile-cache'))) return;
  const { start } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;
  const load = start.replace('src/main.ts', `--eval "import('./src/main.ts')"`);
  const PATH = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  longWork('Compiling', () => {
    const { status, stdout, stderr, error } = spawnSync(load, {
      shell: true,
      cwd: root,
      env: { ...process.env, PATH },
      encoding: 'utf8',
      timeout: 120_000,
    });
    return { ok: status === 0, output: error ? error.message : `${stdout}${stderr}` };
  });
}
