import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SCRIPT = join(fileURLToPath(new URL('../../', import.meta.url)), 'scripts/test-cluster.ts');

it.each([[[]], [['--context', 'prod']], [['--may-break']]])(
  'with %j no cluster is touched, and what is missing is said',
  (args) => {
    const { status, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('--context NAME --may-break');
  },
);
