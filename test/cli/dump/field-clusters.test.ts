import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModules } from '../../../src/app/load-modules.ts';
import { diagnoseDump } from '../../../src/cli/dump/diagnose-dump.ts';
import type { StateCorrelator } from '../../../src/extension-points.ts';
import { KINDS, makeCase } from '../../soak/field/index.ts';
import { judge } from '../../soak/field/judge.ts';

/** A sample of `npm run soak -- field`: a kind of each area, with old trouble elsewhere, and recordings that lack a part. */
const SAMPLE = [
  'image-private',
  'secret-volume-missing',
  'workdir-mount-over-file',
  'oom-jvm',
  'liveness-grpc-on-http',
  'topology-spread',
  'volume-multi-attach',
  'webhook-cert',
  'service-port',
  'kubelet-down',
  'rbac-denied',
  'redis-auth',
];

let root: string;
let correlators: StateCorrelator[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nightshift-field-'));
  correlators = await loadModules(fileURLToPath(new URL('../../../src/correlators/state', import.meta.url)));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('a recording of a broken cluster', () => {
  it.each(SAMPLE)('names object and cause: %s', async (name) => {
    const kind = KINDS.find((one) => one.name === name)!;
    const folder = join(root, name);
    const made = makeCase(kind, 'boutique', 31 + SAMPLE.indexOf(name), folder, 1);
    const row = judge(made, await diagnoseDump(folder, correlators), 0);
    expect(row.right && row.named, row.line).toBe(true);
  });
});
