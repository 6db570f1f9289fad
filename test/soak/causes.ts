import type { Truth } from '../../sandbox/shop/faults/kind.ts';
import { FAULT_KINDS } from '../../sandbox/shop/faults/kinds.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Models } from '../../src/learning/baselines.ts';
import { EVENING, MINUTE, virtualSandbox } from '../sandbox/virtual-sandbox.ts';
import { judge, judgeEnd, type Row } from './causes/judge.ts';
import { figuresOf, printRow, printSummary } from './causes/table.ts';
import { createScanWorld, metricsOn } from './scan/scan-world.ts';
import { startVirtualApp, type VirtualApp } from './virtual-app/virtual-app.ts';

const WARM_UP_MS = 9 * MINUTE;
const LONGEST_MS = 22 * MINUTE;
const OTHERS_MS = 60_000;
/** With `outcome` every step is approved and carried out. */
const TO_THE_END = process.env.NIGHTSHIFT_SOAK_UNTIL === 'outcome';
const LONGEST_END_MS = 25 * MINUTE;
const AFTER_ESCALATION_MS = 6 * MINUTE;

export const about = 'every fault of the sandbox at every service: is its cause named?';

/**
 * Every kind of fault in every service in which it makes sense: what is alerted, diagnosed and recommended, against the fault's truth. On the virtual clock, up to
 * the decision; nothing is carried out, unless `NIGHTSHIFT_SOAK_UNTIL` is `outcome`. `NIGHTSHIFT_SOAK_KINDS` and `NIGHTSHIFT_SOAK_SERVICES` name some, with commas.
 */
export async function run(): Promise<Record<string, unknown>> {
  const models = await learned();
  const rows: Row[] = [];
  for (const [kind, service] of inRounds()) {
    const row = await combination(kind, service, models);
    rows.push(row);
    printRow(row);
  }
  printSummary(rows);
  return figuresOf(rows);
}

/** One service of each kind, then another: a run that is cut short has seen all kinds. */
function inRounds(): [kind: string, service: string][] {
  const kinds = FAULT_KINDS.filter(({ kind }) => isWanted('NIGHTSHIFT_SOAK_KINDS', kind));
  const pairs = kinds.flatMap(({ kind, services }) =>
    services
      .filter((service) => isWanted('NIGHTSHIFT_SOAK_SERVICES', service))
      .map((service, round) => ({ kind, service, round })),
  );
  return pairs.sort((a, b) => a.round - b.round).map(({ kind, service }) => [kind, service]);
}

function isWanted(variable: string, name: string): boolean {
  const wanted = process.env[variable];
  return !wanted || wanted.split(',').includes(name);
}

/** The models of the 14 days before; the past is the same in every run. */
async function learned(): Promise<Models> {
  const sandbox = virtualSandbox(EVENING);
  const world = await createScanWorld(metricsOn(sandbox.store), sandbox.now);
  await world.train(sandbox.now());
  return world.models;
}

async function combination(kind: string, service: string, models: Models): Promise<Row> {
  const sandbox = virtualSandbox(EVENING);
  const app = await startVirtualApp({ sandbox, models, without: TO_THE_END ? [] : ['act'] });
  try {
    await app.advance(WARM_UP_MS);
    const began = sandbox.now();
    const firedBefore = sandbox.fired().length;
    const known = new Set(app.incidents().map((one) => one.id));
    const id = sandbox.fault(kind, service);
    const truth = sandbox.shop.faults.list().find((one) => one.id === id)!.truth;
    const news = () => app.incidents().filter((one) => !known.has(one.id));
    let alertMin: number | null = null;
    while (sandbox.now() - began < LONGEST_MS && !isDecided(news()[0])) {
      await app.advance(15_000);
      if (alertMin === null && sandbox.fired().length > firedBefore) alertMin = (sandbox.now() - began) / MINUTE;
    }
    if (TO_THE_END) await toTheEnd(app, news);
    else await app.advance(OTHERS_MS);
    const alert = sandbox.fired()[firedBefore] ?? null;
    return rowOf({ kind, service, alert, alertMin }, truth, news(), app);
  } finally {
    await app.stop();
  }
}

/** Approves whatever is asked, until the first incident is over or has been with people for a while. */
async function toTheEnd(app: VirtualApp, news: () => Incident[]): Promise<void> {
  const until = app.sandbox.now() + LONGEST_END_MS;
  while (app.sandbox.now() < until) {
    for (const one of news()) await app.approve(one);
    await app.advance(15_000);
    const state = news()[0]?.state;
    if (!state || state.name === 'closed') return;
    if (state.name === 'escalated' && app.sandbox.now() - state.since > AFTER_ESCALATION_MS) return;
  }
}

const isDecided = (incident: Incident | undefined): boolean =>
  incident !== undefined && !['noticed', 'watching'].includes(incident.state.name);

function rowOf(
  known: Pick<Row, 'kind' | 'service' | 'alert' | 'alertMin'>,
  truth: Truth,
  incidents: Incident[],
  app: VirtualApp,
): Row {
  const [main, ...rest] = incidents;
  const ms = Math.round(Math.max(0, ...incidents.flatMap((one) => app.diagnosisMs.get(one.id) ?? [])));
  if (process.env.NIGHTSHIFT_SOAK_TOLD) tell(incidents, app);
  if (!main)
    return {
      ...known,
      ...NOTHING_SEEN,
      truth: truth.culprit?.name ?? '(nothing)',
      right: truth.culprit === null,
      ms,
      ended: null,
      others: [],
    };
  const others = rest.flatMap((one) => {
    const judged = judge(one, truth);
    return judged.judged === 'harmful' || judged.wrong
      ? [`${judged.incident}: ${judged.named ? 'names' : 'ranks'} ${judged.first}, ${judged.step}`]
      : [];
  });
  return { ...known, ...judge(main, truth), ms, ended: TO_THE_END ? judgeEnd(main, truth) : null, others };
}

const NOTHING_SEEN = {
  incident: null,
  first: '',
  what: '',
  probability: 0,
  named: false,
  wrong: false,
  issue: '',
  step: 'nothing was noticed',
  judged: 'undecided' as const,
  confidence: null,
};

/** For looking into a miss: what led to it. */
function tell(incidents: Incident[], app: VirtualApp): void {
  for (const one of incidents) {
    console.log(`--- ${one.id} ${one.service} ${one.state.name}`);
    for (const line of app.timelineOf(one.id))
      console.log(`  ${new Date(line.at).toISOString().slice(11, 19)} ${line.type}: ${line.message}`);
    for (const cause of one.diagnosis?.causes ?? [])
      console.log(
        `  ${cause.probability.toFixed(3)} ${cause.entity.kind} ${cause.entity.name} ${cause.what}: ${cause.reasons.join(' · ')}`,
      );
    console.log(
      `  else ${one.diagnosis?.somethingElse.toFixed(3)}; ${JSON.stringify(one.diagnosis?.issue)}; passed over: ${JSON.stringify(one.skippedSteps)}`,
    );
    for (const finding of one.diagnosis?.findings ?? [])
      console.log(
        `    ${finding.strength.toFixed(2)} ${finding.kind} ${finding.about.name} ${finding.what}: ${finding.message}`,
      );
  }
}
