import type { Draw } from './draw.ts';
import { type Disturbed, disturbedBy, type Fault } from './fault.ts';
import type { Link, Service, System } from './system.ts';

/** What each service really did, step by step: `[service][step]`. */
export type Truth = Record<'latency' | 'errors' | 'traffic' | 'cpu' | 'memory' | 'odd', Float64Array[]>;
export type Run = { steps: number; stepMs: number; faultAt: number; fault: Fault; falls: 'silent' | 'heard' };

const DAY_MS = 86_400_000;
const LONGEST_QUEUE_S = 20;
const BUSIEST = 0.97;
const RAMP_SHARE = 0.7;

/** Runs a system: load goes down the calls, waiting and failures come up them, queues fill where there is more work than can be done. */
export function simulate(system: System, run: Run, draw: Draw): Truth {
  const { services } = system;
  const blank = () => services.map(() => new Float64Array(run.steps));
  const truth: Truth = {
    latency: blank(),
    errors: blank(),
    traffic: blank(),
    cpu: blank(),
    memory: blank(),
    odd: blank(),
  };
  const state = { queue: new Float64Array(services.length), failed: new Float64Array(services.length) };
  let slow = 0;
  for (let step = 0; step < run.steps; step += 1) {
    slow = 0.95 * slow + 0.3 * system.wander * draw.normal();
    const day = 1 + system.daily * Math.sin((2 * Math.PI * step * run.stepMs) / DAY_MS);
    const force = forceAt(run, step);
    const at = (i: number) => disturbedBy(run.fault, i === run.fault.service ? force : 0);
    load(system, system.rate * day * Math.exp(slow), state.failed, truth, step);
    for (let i = services.length - 1; i >= 0; i -= 1)
      answer(services, i, at(i), { ...run, step, usual: usualLoad(system, i) }, state, truth, draw);
  }
  if (run.falls === 'silent') silence(truth, run);
  return truth;
}

/** Who is gone may say nothing more of itself. */
function silence(truth: Truth, { fault, faultAt }: Run): void {
  for (const quantity of Object.values(truth)) quantity[fault.service]!.fill(Number.NaN, faultAt + 1);
}

function forceAt({ steps, faultAt, fault }: Run, step: number): number {
  if (step < faultAt) return 0;
  if (fault.build === 'step') return 1;
  return Math.min(1, (step - faultAt + 1) / Math.max(1, RAMP_SHARE * (steps - faultAt)));
}

function load(system: System, rate: number, failed: Float64Array, truth: Truth, step: number): void {
  system.services.forEach((service, i) => {
    if (i === 0) truth.traffic[0]![step] = rate;
    for (const link of service.links) {
      const again = link.retries ? 1 + failed[link.to]! : 1;
      truth.traffic[link.to]![step]! += truth.traffic[i]![step]! * link.calls * again;
    }
  });
}

const usualLoads = new WeakMap<System, Float64Array>();

/** Requests per second at the system's usual rate; it was built to bear about twice of it. */
function usualLoad(system: System, at: number): number {
  const known = usualLoads.get(system);
  if (known) return known[at]!;
  const loads = new Float64Array(system.services.length);
  loads[0] = system.rate;
  system.services.forEach(({ links }, i) => {
    for (const { to, calls } of links) loads[to]! += loads[i]! * calls;
  });
  usualLoads.set(system, loads);
  return loads[at]!;
}

type Moment = { step: number; stepMs: number; usual: number };
type State = { queue: Float64Array; failed: Float64Array };

function answer(
  services: Service[],
  i: number,
  by: Disturbed,
  moment: Moment,
  state: State,
  truth: Truth,
  draw: Draw,
): void {
  const { step, stepMs, usual } = moment;
  const service = services[i]!;
  const traffic = truth.traffic[i]![step]!;
  const used = (service.busy * by.cpu * traffic) / usual;
  const work = (0.4 * traffic) / usual / by.capacity + by.hog * 0.5;
  const seconds = stepMs / 1000;
  state.queue[i] = Math.min(LONGEST_QUEUE_S, Math.max(0, state.queue[i]! + (work - 1) * seconds));
  const own = (service.ownS * by.slower) / (1 - Math.min(work, BUSIEST)) + by.addedS + state.queue[i]!;
  const { waitedS, failing } = calleesOf(service.links, service.parallel, truth, step, state.failed);
  const requests = Math.max(1, traffic * seconds);
  const real = 1 - (1 - by.failing) * (1 - failing);
  state.failed[i] = real;
  truth.errors[i]![step] = counted(real, requests, draw);
  truth.latency[i]![step] = (own + waitedS) * Math.exp((service.jitter / Math.sqrt(requests)) * draw.normal());
  const read = () => Math.exp(service.reading * draw.normal() * (draw.chance(0.03) ? 4 : 1));
  truth.cpu[i]![step] = Math.min(1, service.idle + used + by.hog) * read();
  truth.memory[i]![step] = service.memory * by.memory * (1 + 0.1 * (traffic / usual)) * read() ** 0.1;
  truth.odd[i]![step] = 10 * by.odd * read();
}

function calleesOf(links: Link[], parallel: boolean, truth: Truth, step: number, failed: Float64Array) {
  let waitedS = 0;
  let working = 1;
  for (const { to, calls, async, passes, retries, timeoutS } of links) {
    if (async) continue;
    const answerS = truth.latency[to]![step]!;
    const late = Math.min(1, Math.max(0, answerS / timeoutS - 0.5));
    const one = 1 - (1 - failed[to]!) * (1 - late);
    working *= 1 - passes * (retries ? one ** 2 : one) * Math.min(1, calls);
    const waited = calls * Math.min(answerS, timeoutS) * (retries ? 1 + failed[to]! : 1);
    waitedS = parallel ? Math.max(waitedS, waited) : waitedS + waited;
  }
  return { waitedS, failing: 1 - working };
}

/** A share as so many requests show it. */
function counted(share: number, requests: number, draw: Draw): number {
  if (share <= 0) return draw.chance(0.001 * Math.min(1, requests)) ? 1 / requests : 0;
  const noisy = share + Math.sqrt((share * (1 - share)) / requests) * draw.normal();
  return Math.min(1, Math.max(0, noisy));
}
