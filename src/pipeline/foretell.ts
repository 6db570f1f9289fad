import { type DemandSettings, replicasFor } from '../analysis/learned-schedule.ts';
import { cronTrigger, scaledObjectOf } from '../domain/scaled-object.ts';
import type { ComingRate, DemandProposal, ForecastReport } from '../extension-points.ts';
import type { MetricPicture, Scaler, Workload } from '../ports.ts';
import type { Outlook } from './demand.ts';
import type { Deps } from './deps.ts';
import { findService } from './score-service.ts';

const MS_PER_HOUR = 3_600_000;
const SHOWN_PAST_MS = 12 * MS_PER_HOUR;
const SHOWN_AHEAD_MS = 24 * MS_PER_HOUR;
const SHOWN_STEP_MS = 15 * 60_000;

export type ForecastAnswer = { ok: true; report: ForecastReport } | { ok: false; words: string };

/** What is coming for a service, with the autoscaler that would meet it, for a person who asks. Without a model it refuses and says why. */
export async function foretellNow(deps: Deps, reference: string): Promise<ForecastAnswer> {
  const found = await findService(deps, reference);
  if (!found.ok) return found;
  const { workload } = found;
  const { namespace, name } = workload;
  const answer = await deps.demand.outlook(namespace, name);
  if (!answer.ok) return { ok: false, words: `Nothing can be foretold now: ${answer.failure.words}.` };
  const { outlook } = answer;
  const settings = deps.demandSettings(namespace, name);
  const coming = comingRates(outlook, deps.clock.now());
  const proposal = await propose(deps, workload, settings, outlook, highest(coming.day));
  const picture = pictureOf(name, outlook, coming.day);
  return {
    ok: true,
    report: {
      namespace,
      service: name,
      at: deps.clock.now(),
      now: { at: outlook.until, rate: outlook.recent.values.at(-1) ?? Number.NaN },
      hour: highest(coming.hour),
      day: highest(coming.day),
      replicas: {
        now: workload.replicas,
        hour: replicasFor(highest(coming.hour).high, settings),
        day: replicasFor(highest(coming.day).high, settings),
      },
      perReplica: settings.perReplica,
      timezone: settings.timezone,
      windows: outlook.schedule?.map(({ words }) => words) ?? null,
      proposal,
      picture: await shown(deps, name, picture),
    },
  };
}

type Coming = { hour: ComingRate[]; day: ComingRate[] };

function comingRates(outlook: Outlook, now: number): Coming {
  const at = (ahead: number): ComingRate | null => {
    const instant = outlook.until + ahead;
    const [low, middle, high] = [0.025, 0.5, 0.975].map((quantile) => outlook.rateAt(instant, quantile));
    return low == null || middle == null || high == null ? null : { at: instant, low, median: middle, high };
  };
  const upTo = (to: number, stepMs: number) => {
    const rates: ComingRate[] = [];
    for (let ahead = stepMs; ahead <= to; ahead += stepMs) {
      const rate = at(ahead);
      if (rate) rates.push(rate);
    }
    return rates;
  };
  return {
    hour: upTo(now + MS_PER_HOUR - outlook.until, outlook.model.stepMs),
    day: upTo(SHOWN_AHEAD_MS, SHOWN_STEP_MS),
  };
}

/** The instant at which most may come. */
function highest(rates: readonly ComingRate[]): ComingRate {
  return rates.reduce((best, one) => (one.high > best.high ? one : best));
}

/** A new ScaledObject, additions to the one that there is, or nothing where something else has the replicas in hand. */
async function propose(
  deps: Deps,
  workload: Workload,
  settings: DemandSettings,
  outlook: Outlook,
  peak: ComingRate,
): Promise<DemandProposal> {
  const { namespace, name, kind, replicas } = workload;
  const schedule = outlook.schedule ?? [];
  if (kind === 'DaemonSet')
    return { kind: 'none', words: 'A DaemonSet has a pod on each node: it is not scaled by demand.' };
  const scalers = await deps.cluster.scalers(namespace, name);
  if (!scalers.ok) return { kind: 'none', words: 'Whether something scales it already can not be seen right now.' };
  const [scaler] = scalers.value;
  if (scaler?.kind === 'HorizontalPodAutoscaler') return besideAutoscaler(scaler, replicasFor(peak.high, settings));
  if (scaler)
    return {
      kind: 'addition',
      scaler: scaler.name,
      bounds: { min: scaler.min, max: scaler.max },
      triggers: schedule.map(cronTrigger),
      words:
        schedule.length === 0
          ? 'There is nothing to add to it.'
          : `These triggers would bring it up before its demand does.`,
    };
  const { prometheus, scaler: scalerAddress } = deps.kedaAddresses;
  if (prometheus === null)
    return {
      kind: 'none',
      words: 'Where KEDA finds Prometheus is not known: set keda.prometheus_address in nightshift.yaml.',
    };
  const all = await deps.cluster.workloads(null);
  const sharesName = !all.ok || all.value.some((one) => one.name === name && one.namespace !== namespace);
  const target = { kind, namespace, name, replicas, sharesName };
  return { kind: 'new', object: scaledObjectOf(target, settings, schedule, { prometheus, scaler: scalerAddress }) };
}

function besideAutoscaler({ name, min, max }: Scaler, needed: number): DemandProposal {
  const enough =
    needed <= max ? '' : ` Its maximum is too low for the ${needed} that may be needed within a day: raise it.`;
  const words = `The HorizontalPodAutoscaler ${name} scales it already (${min} to ${max}); KEDA would fight it over the replicas, so nothing is proposed.${enough}`;
  return { kind: 'none', words };
}

function pictureOf(service: string, { recent, until }: Outlook, coming: readonly ComingRate[]): MetricPicture {
  const past = Array.from(recent.times, (at, i) => ({ at, value: recent.values[i]! }));
  return {
    title: `${service}: requests, the last 12 hours and the next 24`,
    unit: '1/s',
    series: past.filter(({ at }) => at > until - SHOWN_PAST_MS),
    band: coming.map(({ at, low, high }) => ({ at, low, high })),
    ahead: coming.map(({ at, median }) => ({ at, value: median })),
    marks: [{ kind: 'moment', at: until, label: 'now' }],
    darkMode: false,
  };
}

/** Drawn and uploaded; null, and logged, when that can't be. The words stand alone. */
async function shown(deps: Deps, service: string, picture: MetricPicture): Promise<ForecastReport['picture']> {
  const last = picture.series.at(-1)?.value ?? Number.NaN;
  const top = Math.max(...(picture.band ?? []).map(({ high }) => high));
  const altText = `${picture.title}: ${last.toFixed(1)} per second now, at most ${top.toFixed(1)} foretold (95 %).`;
  try {
    const png = await deps.charts.draw(picture);
    const file = await deps.chat.upload({ png, fileName: `${service}-forecast.png`, title: picture.title, altText });
    return file === null ? null : { file, altText };
  } catch (error) {
    deps.log.warn({ err: error, service }, 'the forecast could not be drawn');
    return null;
  }
}
