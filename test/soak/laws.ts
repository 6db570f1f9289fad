import fc from 'fast-check';
import { startFixture } from '../adapters/redis/store-fixture.ts';
import { startReplicas } from '../property/law-run.ts';
import { history, REPLICAS, take } from '../property/store-histories.ts';

const HISTORIES = Number(process.env.NIGHTSHIFT_SOAK_HISTORIES ?? 2_000);
const SEED = Number(process.env.NIGHTSHIFT_SOAK_SEED ?? 1);

/**
 * Random histories of three replicas of the real pipeline and store on a real Redis, against the laws that can be seen in what is kept and in what was really changed: the API server is silent at times, answers to writes are lost, workers
 * stop anywhere, and replicas die. A history that breaks a law is printed whole, to become a test. `NIGHTSHIFT_SOAK_HISTORIES` says how many, `NIGHTSHIFT_SOAK_SEED` which.
 */
export async function run(): Promise<Record<string, unknown>> {
  const fixture = await startFixture();
  const began = performance.now();
  const figures = { histories: 0, broken: 0, unknown_vitals: 0, lost_writes: 0, frozen_workers: 0 };
  const seen = { acts: 0, questions: 0, undoes: 0, refusals: 0 };
  try {
    for (const commands of fc.sample(history, { seed: SEED, numRuns: HISTORIES })) {
      const replicas = await startReplicas(fixture, `soak-${figures.histories}`, REPLICAS);
      for (const one of commands) await take(replicas, one);
      const lines = await replicas.rest();
      const broken = [...replicas.violations, ...(await replicas.brokenLaws())];
      figures.histories += 1;
      figures.unknown_vitals += replicas.shop.counts.unknown;
      figures.lost_writes += replicas.shop.counts.lost;
      figures.frozen_workers += commands.filter((one) => one.do === 'begin').length;
      seen.acts += lines.filter((line) => line.startsWith('authorised ')).length;
      seen.questions += lines.filter((line) => line.endsWith('>awaiting_approval')).length;
      seen.undoes += lines.filter((line) => line.startsWith('undone ')).length;
      seen.refusals += lines.filter((line) => line.startsWith('refused ')).length;
      replicas.end();
      if (broken.length === 0) continue;
      figures.broken += 1;
      console.log(`history ${figures.histories} of seed ${SEED}: ${broken.join('; ')}\n${JSON.stringify(commands)}`);
    }
  } finally {
    await fixture.end();
  }
  return { ...figures, ...seen, seconds: Math.round((performance.now() - began) / 1000) };
}
