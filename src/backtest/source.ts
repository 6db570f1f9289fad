import { subjectOf } from '../adapters/alertmanager/subject-of.ts';
import { maskText } from '../domain/mask-text.ts';
import { alertsOfFile, alertsOfPrometheus } from './alerts.ts';
import { type ReadIncidents, readIncidents } from './incident-source.ts';
import { eventsOfIncidents, openedEvents } from './past-events.ts';
import type { RecordedIncident } from './recorded-incident.ts';
import type { PastEvent } from './replay.ts';
import { BacktestErrors, type BacktestOptions, type PastWorld, type WorldTold, worldWordsOf } from './world.ts';

const DAY_MS = 86_400_000;

/** What was heard in the past, and where that is known from. */
export type Source = {
  name: string;
  from: number;
  to: number;
  events: PastEvent[];
  /** Incidents that the alerts come from, if they do. */
  incidents: RecordedIncident[];
  /** The same, where their recorded diagnosis is judged anew. */
  recorded: RecordedIncident[] | null;
  bad: string[];
};
/** Incidents from a file or a Nightshift. Rejects with BacktestErrors that name the option. */
export async function reading(
  option: string,
  from: string,
  options: BacktestOptions,
  told: WorldTold,
): Promise<ReadIncidents> {
  try {
    return await readIncidents(from, options.token, options, (done) => told(`reading incidents (${done})`, 0));
  } catch (error) {
    throw new BacktestErrors(`${option}: ${worldWordsOf(error)}`);
  }
}

/** The past that was asked for. */
export async function pastSourceOf(
  options: BacktestOptions,
  { settings, metrics, past }: PastWorld,
  told: WorldTold,
): Promise<Source> {
  const { cluster } = settings;
  if (options.incidents !== null) {
    const { incidents, bad } = await reading('--incidents', options.incidents, options, told);
    const spans = incidents.flatMap(({ openedAt, closedAt }) => [openedAt, closedAt ?? openedAt]);
    const [from, to] = [options.from ?? least(spans), options.to ?? most(spans)];
    const name = named('incidents of', options.incidents);
    if (!metrics)
      return { name, from, to, bad, incidents, recorded: incidents, events: incidents.flatMap(openedEvents) };
    const events = eventsOfIncidents(incidents, (alert) => subjectOf(alert, cluster));
    return { name, from, to, bad, incidents, recorded: null, events };
  }
  if (options.alerts !== null) {
    const { events, bad } = await alertsOfFile(options.alerts, cluster, options).catch((error: unknown) => {
      throw new BacktestErrors(`--alerts: ${worldWordsOf(error)}`);
    });
    const times = events.map(({ at }) => at);
    const name = named('alerts of', options.alerts);
    return {
      name,
      from: options.from ?? least(times),
      to: options.to ?? most(times),
      events,
      bad,
      incidents: [],
      recorded: null,
    };
  }
  const to = options.to ?? Date.now();
  const from = options.from ?? to - DAY_MS;
  if (from >= to) throw new BacktestErrors('--from: must be before --to');
  // The record of what fired is read as a whole; what it led to is judged instant by instant.
  past.at.now = to;
  const { events, bad } = await alertsOfPrometheus(metrics!, cluster, { from, to }, (at) =>
    told('reading alerts', (at - from) / (to - from)),
  );
  return {
    name: named('alerts recorded by', options.prometheus ?? ''),
    from,
    to,
    events,
    bad,
    incidents: [],
    recorded: null,
  };
}

/** An address may hold a password. */
const named = (what: string, where: string): string => `${what} ${maskText(where, 200)}`;

const least = (values: number[]): number => values.reduce((a, b) => Math.min(a, b), values[0] ?? 0);
const most = (values: number[]): number => values.reduce((a, b) => Math.max(a, b), values[0] ?? 0);
