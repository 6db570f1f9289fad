import type { ExportedFiles } from '../../../src/cli/exported-files.ts';
import { type Draw, drawFrom } from './draw.ts';
import { exportOf, type Missing, NAMINGS, type Naming } from './export.ts';
import { drawFault, FAULTS } from './fault.ts';
import { simulate, type Truth } from './simulate.ts';
import { drawSystem, type System } from './system.ts';

/** A made-up incident as somebody would export it. `groups`: what it is one of, to be left out together. */
export type MadeUp = {
  exported: ExportedFiles;
  since: number;
  symptomService: string;
  cause: string;
  groups: Record<'fault' | 'sampling' | 'history' | 'naming' | 'size' | 'missing', string>;
};

const START = Date.UTC(2026, 4, 4);
const SAMPLINGS_S = [1, 5, 15, 30, 60, 300] as const;
const HISTORIES_S = [60, 300, 1800, 7200, 86_400, 604_800] as const;
const MOST_STEPS = 1_500;
const WHOLE: Missing = { edges: 0, services: 0, metrics: 0, points: 0 };
/** A front that hurts by less than this nobody would be called for. */
const FELT = { slower: 1.15, failing: 0.01 };

/** Which systems: of any kind, or small shops watched for minutes, which are often diagnosed by somebody who doesn't feel the trouble yet. */
export type Family = {
  most: number;
  samplings: readonly number[];
  histories: readonly number[];
  namings: readonly Naming[];
  felt: number;
};
export const ANY: Family = { most: 36, samplings: SAMPLINGS_S, histories: HISTORIES_S, namings: NAMINGS, felt: 0.7 };
export const SHOPS: Family = {
  most: 13,
  samplings: [1, 5, 15, 60],
  histories: [60, 300, 600, 1800],
  namings: NAMINGS.slice(0, 2),
  felt: 0,
};

/** Made-up systems, each with one fault at a random service; seeded, the same every time. Those that nobody would feel are left out. */
export function madeUpSystems(count: number, missing: Missing = WHOLE, family = ANY, first = 1): MadeUp[] {
  const made: MadeUp[] = [];
  for (let seed = first; made.length < count && seed < first + 20 * count; seed += 1) {
    const one = makeUp(seed, missing, family);
    if (one) made.push(one);
  }
  return made;
}

function makeUp(seed: number, missing: Missing, family: Family): MadeUp | null {
  const draw = drawFrom(seed);
  const system = drawSystem(draw, family.most);
  const stepS = draw.oneOf(family.samplings);
  const historyS = draw.oneOf(family.histories.filter((one) => one >= 4 * stepS && one <= MOST_STEPS * stepS));
  const history = Math.round(historyS / stepS);
  const lasting = Math.max(3, Math.round(draw.logBetween(120, 1800) / stepS));
  const kind = draw.oneOf(FAULTS);
  const service = draw.whole(draw.chance(0.1) ? 0 : 1, system.services.length - 1);
  const fault = drawFault(draw, kind, service, system.services[service]!.ownS);
  const falls = kind === 'gone' && service !== 0 && draw.chance(0.4) ? ('silent' as const) : ('heard' as const);
  const run = { steps: history + Math.min(600, lasting), stepMs: stepS * 1000, faultAt: history, fault, falls };
  const truth = simulate(system, run, draw);
  const quietFront = kind === 'cpu' || kind === 'memory';
  if (!isFelt(truth, history) && !(quietFront && !draw.chance(family.felt))) return null;
  disturbBystanders(system, truth, run, draw);
  const naming = draw.oneOf(family.namings);
  const from = START + Math.floor(draw.uniform() * 1e6) * 1000;
  const lagSteps = draw.chance(0.3) ? Math.min(3, Math.round(draw.between(30, 120) / stepS)) : 0;
  const late = draw.chance(0.3) ? Math.round(draw.between(-1, 1) * Math.min(60 / stepS, lasting / 4)) : 0;
  return {
    exported: exportOf(system, truth, { naming, missing, stepMs: run.stepMs, from, lagSteps }, drawFrom(seed + 1e6)),
    since: from + (history + late) * run.stepMs,
    symptomService: system.services[0]!.name,
    cause: system.services[service]!.name,
    groups: {
      fault: kind,
      sampling: stepS < 60 ? 'seconds' : `${stepS / 60} min`,
      history: historyS <= 300 ? 'minutes' : historyS <= 7200 ? 'an hour' : 'days',
      naming: naming.name,
      size: system.services.length < 9 ? 'small' : 'large',
      missing: Object.entries(missing)
        .filter(([, share]) => share > 0)
        .map(([what]) => what)
        .join(' '),
    },
  };
}

function isFelt({ latency, errors }: Truth, history: number): boolean {
  const mean = (values: Float64Array, from: number, to: number) => {
    let sum = 0;
    for (let i = from; i < to; i += 1) sum += values[i]!;
    return sum / Math.max(1, to - from);
  };
  const [slow, failing] = [latency[0]!, errors[0]!];
  const slower = mean(slow, history, slow.length) / mean(slow, 0, history);
  return slower > FELT.slower || mean(failing, history, failing.length) - mean(failing, 0, history) > FELT.failing;
}

/** Others have their own life: jobs that come and go, and now and then something that changes just when the trouble begins. */
function disturbBystanders(system: System, truth: Truth, run: { steps: number; faultAt: number }, draw: Draw): void {
  const burst = (values: Float64Array, from: number, length: number, factor: number) => {
    for (let i = from; i < Math.min(values.length, from + length); i += 1) values[i]! *= factor;
  };
  for (let i = 0; i < system.services.length; i += 1) {
    const every = Math.max(8, Math.round(draw.logBetween(10, 200)));
    if (draw.chance(0.15))
      for (let at = draw.whole(0, every); at < run.steps; at += every)
        burst(truth.cpu[i]!, at, draw.whole(1, 3), draw.between(1.5, 4));
  }
  const chosen = draw.whole(1, system.services.length - 1);
  if (draw.chance(0.25)) {
    const values = draw.oneOf([truth.cpu, truth.memory, truth.odd])[chosen]!;
    burst(values, Math.max(0, run.faultAt + draw.whole(-3, 3)), run.steps, draw.between(1.2, 2));
  }
}
