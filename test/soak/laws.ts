import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LawFigures } from './laws/share.ts';

const HISTORIES = Number(process.env.NIGHTSHIFT_SOAK_HISTORIES ?? 100_000);
/** Of them on a real Redis, with the API server over HTTP. */
const ON_WIRE = Number(process.env.NIGHTSHIFT_SOAK_ON_WIRE ?? Math.ceil(HISTORIES / 50));
const SEED = Number(process.env.NIGHTSHIFT_SOAK_SEED ?? 1);
const WORKERS = Number(process.env.NIGHTSHIFT_SOAK_WORKERS ?? 2);

export const about = 'made-up histories of incidents against the laws';

/**
 * Random histories of two replicas of the real pipeline and the real actions against the sandbox's API server, on a virtual clock, against laws 1 to 7, 9, 12 and 13: vitals aren't told, reads fail and are late, writes are lost or land late,
 * clocks differ, workers freeze and die. A history that breaks a law is printed whole, to become a test. `NIGHTSHIFT_SOAK_HISTORIES` says how many, `NIGHTSHIFT_SOAK_SEED` which, `NIGHTSHIFT_SOAK_WORKERS` in how many processes. Ended by SIGTERM it prints what was run until then.
 */
export async function run(): Promise<Record<string, unknown>> {
  const began = performance.now();
  const shares = Array.from({ length: WORKERS }, (_, n) => ({
    seed: SEED * 1_000 + n,
    histories: share(HISTORIES - ON_WIRE, n),
    onWire: share(ON_WIRE, n),
  }));
  const all = await Promise.all(shares.map(inProcess));
  const sum: Record<string, number> = {};
  for (const figures of all) for (const [name, count] of Object.entries(figures)) sum[name] = (sum[name] ?? 0) + count;
  return { ...sum, seconds: Math.round((performance.now() - began) / 1000) };
}

const share = (all: number, n: number): number => Math.floor(all / WORKERS) + (n < all % WORKERS ? 1 : 0);

async function inProcess(share: { seed: number; histories: number; onWire: number }): Promise<LawFigures> {
  const child = fork(fileURLToPath(new URL('./laws/share.ts', import.meta.url)), [JSON.stringify(share)]);
  let figures: LawFigures | null = null;
  // Stopped early it says how far it came.
  process.once('SIGTERM', () => child.kill());
  child.on('message', (message) => {
    figures = message as LawFigures;
  });
  const [code] = await once(child, 'exit');
  if (!figures) throw new Error(`a share of the histories ended with ${code}`);
  return figures;
}
