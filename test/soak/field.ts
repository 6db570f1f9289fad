import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModules } from '../../src/app/load-modules.ts';
import { diagnoseDump } from '../../src/cli/dump/diagnose-dump.ts';
import type { StateCorrelator } from '../../src/extension-points.ts';
import { KINDS, makeCase, type ShopName } from './field/index.ts';
import { type Judged, judge } from './field/judge.ts';

export const about = 'broken clusters by a second generator, their causes found from recordings';

const SHOPS: ShopName[] = ['boutique', 'train'];

/**
 * The second generator of broken clusters, written without a look at the correlators or at the first: other shops' shapes, other noise, other versions' words, and recordings that lack parts.
 * `NIGHTSHIFT_SOAK_KINDS` names some with commas, `NIGHTSHIFT_SOAK_SEED` makes other clusters, `NIGHTSHIFT_SOAK_LACKS` (default 1) says how many parts each recording lacks.
 */
export async function run(): Promise<Record<string, unknown>> {
  const correlators = await loadModules<StateCorrelator>(
    fileURLToPath(new URL('../../src/correlators/state', import.meta.url)),
  );
  const wanted = process.env.NIGHTSHIFT_SOAK_KINDS?.split(',');
  const seed = Number(process.env.NIGHTSHIFT_SOAK_SEED ?? 1);
  const lacks = Number(process.env.NIGHTSHIFT_SOAK_LACKS ?? 1);
  const root = await mkdtemp(join(tmpdir(), 'nightshift-field-'));
  const rows: Judged[] = [];
  try {
    for (const [index, kind] of KINDS.entries())
      for (const [place, shop] of SHOPS.entries()) {
        if ((wanted && !wanted.includes(kind.name)) || (kind.shops && !kind.shops.includes(shop))) continue;
        const folder = join(root, `${kind.name}-${shop}`);
        const made = makeCase(kind, shop, seed * 100_003 + (2 * index + place) * 7_919, folder, lacks);
        const began = performance.now();
        const row = judge(made, await diagnoseDump(folder, correlators), performance.now() - began);
        rows.push(row);
        if (!row.right) console.log(row.line);
        if (process.env.NIGHTSHIFT_SOAK_KEEP === undefined) await rm(folder, { recursive: true });
        else console.log(folder);
      }
  } finally {
    if (process.env.NIGHTSHIFT_SOAK_KEEP === undefined) await rm(root, { recursive: true, force: true });
  }
  return figuresOf(rows);
}

function figuresOf(rows: Judged[]): Record<string, unknown> {
  const share = (some: Judged[], of: Judged[]) =>
    of.length === 0 ? null : Math.round((some.length / of.length) * 1_000) / 1_000;
  const right = (of: Judged[]) =>
    share(
      of.filter((one) => one.right),
      of,
    );
  const by = (key: (row: Judged) => string) =>
    Object.fromEntries([...Map.groupBy(rows, key)].map(([name, some]) => [name, right(some)]));
  return {
    cases: rows.length,
    kinds: new Set(rows.map(({ kind }) => kind)).size,
    a1: right(rows),
    object1: share(
      rows.filter(({ object }) => object),
      rows,
    ),
    named: share(
      rows.filter(({ named }) => named),
      rows,
    ),
    named_wrongly: share(
      rows.filter(({ named, object }) => named && !object),
      rows,
    ),
    named_other_cause: share(
      rows.filter(({ named, right: isRight }) => named && !isRight),
      rows,
    ),
    by_shop: by(({ shop }) => shop),
    by_lack: by(({ lack }) => lack),
    max_ms: Math.round(Math.max(0, ...rows.map(({ ms }) => ms))),
  };
}
