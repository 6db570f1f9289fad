import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModules } from '../../../src/app/load-modules.ts';
import { diagnoseDump } from '../../../src/cli/dump/diagnose-dump.ts';
import type { StateCorrelator } from '../../../src/extension-points.ts';
import { DUMP_FAULTS, dumpCase, SHOPS } from '../../soak/dumps/cases.ts';
import { judgeDump } from '../../soak/dumps/judge.ts';
import { writeDump } from '../../soak/dumps/write-dump.ts';

/** A sample of `npm run soak -- dumps`: a kind of each area, each in a shop, JSON and YAML in turn. */
const SAMPLE = [
  'image-registry-unknown',
  'setting-missing',
  'quota-full-cpu',
  'claim-access-mode-wrong',
  'node-cordoned',
  'containerd-down',
  'service-target-port-wrong',
  'address-in-config-map-wrong',
  'database-full-of-connections',
  'mesh-denies',
  'budget-blocks-drain',
  'scheduler-down',
];

let root: string;
let correlators: StateCorrelator[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nightshift-broken-'));
  correlators = await loadModules(fileURLToPath(new URL('../../../src/correlators/state', import.meta.url)));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('a dump of a broken cluster', () => {
  it.each(SAMPLE)('names object and cause: %s', async (kind) => {
    const index = SAMPLE.indexOf(kind);
    const fault = DUMP_FAULTS.find((one) => one.kind === kind)!;
    const made = [...SHOPS.slice(index % 3), ...SHOPS].flatMap(
      (shop) => dumpCase(fault, shop, 7_000 + index) ?? [],
    )[0]!;
    const folder = join(root, kind);
    await writeDump(made.c, folder, index % 4 === 0 ? 'yaml' : 'json');
    const row = judgeDump(
      { kind, shop: made.c.shop.name, level: 'whole', ms: 0, unanswerable: false },
      made.truth,
      await diagnoseDump(folder, correlators),
    );
    expect(row.right && row.named, row.line).toBe(true);
  });

  it('that is well has no cause with a name', async () => {
    const fault = DUMP_FAULTS.find((one) => one.kind === 'all-is-well')!;
    const made = dumpCase(fault, SHOPS[0]!, 42)!;
    const folder = join(root, 'well');
    await writeDump(made.c, folder, 'json');
    expect((await diagnoseDump(folder, correlators)).named).toBe(false);
  });
});
