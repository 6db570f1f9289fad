import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModules } from '../../src/app/load-modules.ts';
import { diagnoseDump } from '../../src/cli/dump/diagnose-dump.ts';
import type { StateCorrelator } from '../../src/extension-points.ts';
import { DUMP_FAULTS, dumpCase, SHOPS } from './dumps/cases.ts';
import { type Judged, judgeDump } from './dumps/judge.ts';
import { writeDump } from './dumps/write-dump.ts';

const LEVELS = ['whole', 'whole', 'events-old', 'plain', 'no-logs'] as const;

export const about = 'causes in made-up dumps of three shops';

/**
 * Every kind of fault in every shop, as dumps on disk, read as `diagnose --dump` reads them: whether object and cause come first, and what is named wrongly.
 * `NIGHTSHIFT_SOAK_KINDS` names some with commas, `NIGHTSHIFT_SOAK_ROUNDS` (default 2) how many clusters of each, `NIGHTSHIFT_SOAK_SEED` other ones.
 */
export async function run(): Promise<Record<string, unknown>> {
  const correlators = await loadModules<StateCorrelator>(
    fileURLToPath(new URL('../../src/correlators/state', import.meta.url)),
  );
  const wanted = process.env.NIGHTSHIFT_SOAK_KINDS?.split(',');
  const rounds = Number(process.env.NIGHTSHIFT_SOAK_ROUNDS ?? 2);
  const first = Number(process.env.NIGHTSHIFT_SOAK_SEED ?? 1);
  const rows: Judged[] = [];
  const root = await mkdtemp(join(tmpdir(), 'nightshift-dumps-'));
  try {
    for (const [index, fault] of DUMP_FAULTS.entries())
      for (const [place, shop] of SHOPS.entries())
        for (let round = 0; round < rounds; round++) {
          if (wanted && !wanted.includes(fault.kind)) continue;
          const seed = first * 100_000 + index * 100 + place * 10 + round;
          const level = LEVELS[(index + place + round * 3 + first) % LEVELS.length] ?? 'whole';
          const made = dumpCase(fault, shop, seed, level);
          if (!made) continue;
          const folder = join(root, String(seed));
          await writeDump(made.c, folder, (index + place + round) % 4 === 0 ? 'yaml' : 'json');
          const began = performance.now();
          const diagnosis = await diagnoseDump(folder, correlators);
          const row = judgeDump(
            {
              kind: fault.kind,
              shop: shop.name,
              level,
              ms: performance.now() - began,
              unanswerable: isUnanswerable(fault, made, level),
            },
            made.truth,
            diagnosis,
          );
          rows.push(row);
          if (!row.right || wanted) console.log(row.line);
          if (process.env.NIGHTSHIFT_SOAK_TOLD && !row.right) console.log(row.told);
          if (process.env.NIGHTSHIFT_SOAK_KEEP === undefined) await rm(folder, { recursive: true });
          else console.log(folder);
        }
  } finally {
    if (process.env.NIGHTSHIFT_SOAK_KEEP === undefined) await rm(root, { recursive: true, force: true });
  }
  return figuresOf(rows);
}

const isUnanswerable = (
  fault: (typeof DUMP_FAULTS)[number],
  { c, truth }: NonNullable<ReturnType<typeof dumpCase>>,
  level: string,
) =>
  truth.what.length === 0 ||
  (level === 'no-logs' && fault.byLogs === true) ||
  truth.objects.every(
    ({ kind, name }) =>
      c.absent.has(kind) &&
      !c.all('Event').some(({ message, involvedObject }) => message.includes(name) || involvedObject.name === name),
  );

function figuresOf(rows: Judged[]): Record<string, unknown> {
  const share = (count: number, of: number) => (of === 0 ? null : Math.round((count / of) * 1000) / 1000);
  const by = (key: (row: Judged) => string) =>
    Object.fromEntries(
      [...Map.groupBy(rows, key)].map(([name, some]) => [
        name,
        share(some.filter(({ right }) => right).length, some.length),
      ]),
    );
  const answerable = rows.filter(({ unanswerable }) => !unanswerable);
  const kinds = [...Map.groupBy(rows, ({ kind }) => kind)];
  return {
    cases: rows.length,
    kinds: kinds.length,
    a1: share(rows.filter(({ right }) => right).length, rows.length),
    a1_answerable: share(answerable.filter(({ right }) => right).length, answerable.length),
    object1: share(rows.filter(({ objectRight }) => objectRight).length, rows.length),
    named: share(rows.filter(({ named }) => named).length, rows.length),
    named_wrongly: share(rows.filter(({ named, objectRight }) => named && !objectRight).length, rows.length),
    named_other_cause: share(rows.filter(({ named, right }) => named && !right).length, rows.length),
    by_shop: by(({ shop }) => shop),
    by_level: by(({ level }) => level),
    kinds_below_half: kinds
      .filter(([, some]) => some.filter(({ right }) => right).length * 2 < some.length)
      .map(([name]) => name),
    max_ms: Math.round(Math.max(0, ...rows.map(({ ms }) => ms))),
  };
}
