import { replicasFor } from '../analysis/learned-schedule.ts';
import type { ComingRate, ForecastReport } from '../extension-points/reports.ts';
import type { MetricPicture } from '../ports/charts.ts';
import { proposalFor } from './autoscaler.ts';
import type { Outlook } from './demand.ts';
import type { LearningDeps } from './deps.ts';
import { findService } from './score-service.ts';

const MS_PER_HOUR = 3_600_000;
const SHOWN_PAST_MS = 12 * MS_PER_HOUR;
const SHOWN_AHEAD_MS = 24 * MS_PER_HOUR;
const SHOWN_STEP_MS = 15 * 60_000;

export type ForecastAnswer = { ok: true; report: ForecastReport } | { ok: false; message: string };

/** What is coming for a service, with the autoscaler that would meet it, for a person who asks. Without a model it refuses and says why. */
export async function forecastNow(deps: LearningDeps, reference: string): Promise<ForecastAnswer> {
  const found = await findService(deps, reference);
  if (!found.ok) return found;
  const { workload } = found;
  const { namespace, name } = workload;
  const answer = await deps.demand.outlook(namespace, name);
  if (!answer.ok) return { ok: false, message: `Nothing can be foretold now: ${answer.failure.message}.` };
  const { outlook } = answer;
  const settings = deps.demandSettings(namespace, name);
  const coming = comingRates(outlook, deps.clock.now());
  const proposal = await proposalFor(deps, workload, outlook, highest(coming.day));
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
      windows: outlook.schedule?.map(({ message }) => message) ?? null,
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

type Picture = { picture: MetricPicture; altText: string };

/** The same picture for a proposal's thread; null when nothing is foretold now. */
export async function demandPicture(deps: LearningDeps, namespace: string, service: string): Promise<Picture | null> {
  const answer = await deps.demand.outlook(namespace, service);
  if (!answer.ok) return null;
  const picture = pictureOf(service, answer.outlook, comingRates(answer.outlook, deps.clock.now()).day);
  return { picture, altText: altTextOf(picture) };
}

function altTextOf({ title, series, band }: MetricPicture): string {
  const last = series.at(-1)?.value ?? Number.NaN;
  const top = Math.max(...(band ?? []).map(({ high }) => high));
  return `${title}: ${last.toFixed(1)} per second now, at most ${top.toFixed(1)} foretold (95 %).`;
}

/** Drawn and uploaded; null, and logged, when that can't be. The words stand alone. */
async function shown(deps: LearningDeps, service: string, picture: MetricPicture): Promise<ForecastReport['picture']> {
  const altText = altTextOf(picture);
  try {
    const png = await deps.charts.draw(picture);
    const file = await deps.chat.upload({ png, fileName: `${service}-forecast.png`, title: picture.title, altText });
    return file === null ? null : { file, altText };
  } catch (error) {
    deps.log.warn({ err: error, service }, 'the forecast could not be drawn');
    return null;
  }
}
