import fc from 'fast-check';
import { startFixture } from '../../adapters/redis/store-fixture.ts';
import { type Backend, inMemory, onWire } from '../../property/law-backend.ts';
import { type Replicas, startReplicas } from '../../property/law-run.ts';
import { type History, history, REPLICAS, takeAll } from '../../property/store-histories.ts';

const COUNTS = {
  histories: 0,
  on_wire: 0,
  broken: 0,
  run_again: 0,
  unknown_vitals: 0,
  failed_reads: 0,
  late_reads: 0,
  lost_writes: 0,
  landed_late: 0,
  frozen_workers: 0,
  clocks_off: 0,
  lost_leases: 0,
  plan_drifts: 0,
  configured: 0,
  changes: 0,
  acts: 0,
  questions: 0,
  approvals: 0,
  timeouts: 0,
  undoes: 0,
  refusals: 0,
  recovered: 0,
  worse: 0,
  unknown_verdicts: 0,
  given_back: 0,
  cures_asked: 0,
  called: 0,
};
export type LawFigures = typeof COUNTS;

/** The timeline's lines by what they count as. */
const LINES: [keyof LawFigures, (line: string) => boolean][] = [
  ['acts', (line) => line.startsWith('authorised ')],
  ['questions', (line) => line.endsWith('>awaiting_approval') && !line.includes(' awaiting_approval>')],
  ['approvals', (line) => line.startsWith('approved ') && line.endsWith('>queued')],
  ['timeouts', (line) => line === 'deadline_reached awaiting_approval>queued'],
  ['undoes', (line) => line.startsWith('undone ')],
  ['refusals', (line) => line.startsWith('refused ')],
  ['worse', (line) => line === 'verified verifying>undoing'],
  ['unknown_verdicts', (line) => line === 'verified verifying>escalated'],
  ['recovered', (line) => line === 'verified verifying>watching' || line === 'verified verifying>closed'],
  ['cures_asked', (line) => line.startsWith('cure_asked ')],
  ['given_back', (line) => line.startsWith('given_back ')],
];

const { seed, histories, onWire: onWireCount } = JSON.parse(process.argv[2] ?? '{}');
const figures: LawFigures = { ...COUNTS };
let isStopped = false;
/** What was run so far counts. */
process.on('SIGTERM', () => {
  isStopped = true;
});
if (onWireCount > 0) {
  const before = figures.histories;
  const fixture = await startFixture();
  const wire = await onWire(fixture);
  await many(wire, seed + 500, onWireCount);
  figures.on_wire = figures.histories - before;
  wire.stop();
  await fixture.end();
}
await many(inMemory, seed, histories);
if (process.send) process.send(figures, () => process.exit(0));
else console.log(JSON.stringify(figures));

async function many(backend: Backend, from: number, count: number): Promise<void> {
  // By the thousand: samples are made before they are used.
  for (let done = 0; done < count; done += 1_000) {
    const numRuns = Math.min(1_000, count - done);
    const samples = fc.sample(history, { seed: from * 10_000 + done / 1_000, numRuns });
    for (const [n, one] of samples.entries()) {
      // In memory nothing else ever lets a signal in.
      await new Promise((resolve) => setImmediate(resolve));
      const name = `${from}/${done + n}`;
      // One that couldn't be run to its end is run once more, and is then a finding, never the end of the others.
      if (!isStopped && !(await isRun(backend, one, name, 'again')) && !isStopped)
        await isRun(backend, one, name, 'last');
    }
  }
}

async function isRun(backend: Backend, one: History, name: string, after: 'again' | 'last'): Promise<boolean> {
  try {
    await single(backend, one, name);
    return true;
  } catch (error) {
    console.log(`history ${name} could not be run: ${error}\n${after === 'last' ? JSON.stringify(one) : 'Once more'}`);
    figures[after === 'last' ? 'broken' : 'run_again'] += 1;
    return false;
  }
}

async function single(backend: Backend, one: History, name: string): Promise<void> {
  const { mode, clicks, toTheEnd } = one;
  const replicas = await startReplicas(backend, { replicas: REPLICAS, mode, clicks, toTheEnd });
  try {
    await takeAll(replicas, one);
    const lines = await replicas.rest();
    const broken = [...replicas.violations, ...(await replicas.brokenLaws())];
    count(replicas, lines);
    if (broken.length === 0) return;
    figures.broken += 1;
    console.log(`history ${name}: ${broken.join('; ')}\n${JSON.stringify(one)}\n${await replicas.text()}`);
  } finally {
    replicas.end();
  }
}

function count(replicas: Replicas, lines: string[]): void {
  const { shop, counts, mouths } = replicas;
  figures.histories += 1;
  figures.unknown_vitals += shop.counts.unknown;
  figures.failed_reads += shop.counts.failed_reads;
  figures.late_reads += shop.counts.late_reads;
  figures.lost_writes += shop.counts.lost;
  figures.landed_late += shop.counts.landed_late;
  figures.frozen_workers += counts.frozen;
  figures.clocks_off += counts.clocks_off;
  figures.lost_leases += counts.lost_leases;
  figures.plan_drifts += counts.plan_drifts;
  figures.configured += counts.configured;
  figures.changes += replicas.changes().length;
  figures.called += mouths.heard.length;
  for (const [name, test] of LINES) figures[name] += lines.filter(test).length;
}
