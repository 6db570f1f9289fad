import { figuresOf } from '../domain/proof/outcome-figures.ts';
import type { OutcomeRecord } from '../domain/proof/outcome-record.ts';
import { withoutRelapses } from '../domain/proof/repeats.ts';
import { reportOf } from '../domain/proof/stats-report.ts';
import type { HistoryReport, StatsReport } from '../extension-points/reports.ts';
import type { MetricPicture } from '../ports/charts.ts';
import type { StageDeps } from './deps.ts';

const WEEK_MS = 7 * 86_400_000;
const MOST_ENDS = 50_000;
const MOST_SHOWN = 200;
type ProofDeps = Pick<StageDeps, 'store' | 'clock' | 'policy' | 'charts' | 'chat' | 'log'>;
type Found<T> = { ok: true; report: T } | { ok: false; message: string };

/** How well it does, from the records of how incidents ended. */
export async function statsNow(deps: ProofDeps, reference: string | null, weeks: number): Promise<Found<StatsReport>> {
  const at = deps.clock.now();
  const window = { since: at - weeks * WEEK_MS, until: at + 1 };
  const [all, before] = await Promise.all([deps.store.outcomes({ ...window, limit: MOST_ENDS }), deps.store.past()]);
  const found = ofService(all, reference);
  if (!found.ok) return found;
  const { records, service } = found;
  const past = before.filter((one) => service === null || `${one.namespace}/${one.service}` === service);
  const objectiveOf = (namespace: string, name: string) => deps.policy(namespace, name).objective;
  const reported = reportOf({ records, past, objectiveOf }, { at, ...window });
  return { ok: true, report: { service, weeks, ...reported, partial: all.length === MOST_ENDS } };
}

type OfService = { ok: true; service: string | null; records: OutcomeRecord[] } | { ok: false; message: string };

/** By `namespace/name`, or by a name that only one namespace has. */
function ofService(all: OutcomeRecord[], reference: string | null): OfService {
  if (reference === null) return { ok: true, service: null, records: all };
  const [name = '', namespace] = reference.trim().split('/').reverse();
  const records = all.filter((one) => one.service === name && (namespace === undefined || one.namespace === namespace));
  const namespaces = [...new Set(records.map((one) => one.namespace))];
  if (namespaces.length === 0) return { ok: false, message: `Nothing of ${reference} has ended in that time.` };
  if (namespaces.length > 1)
    return { ok: false, message: `Several have that name: ${namespaces.map((one) => `${one}/${name}`).join(', ')}.` };
  return { ok: true, service: `${namespaces[0]}/${name}`, records };
}

/** What a service has been through. */
export async function historyNow(deps: ProofDeps, reference: string): Promise<Found<HistoryReport>> {
  const all = await deps.store.outcomes({ since: 0, limit: MOST_ENDS });
  const found = ofService(all, reference);
  if (!found.ok) return found;
  const records = withoutRelapses(found.records.slice(-MOST_SHOWN)).toReversed();
  const service = found.service ?? reference;
  const picture = await drawn(deps, service, records);
  return { ok: true, report: { service, records, figures: figuresOf(records), picture } };
}

/** How long each incident took, over time; null, and logged, when that can't be drawn. The words stand alone. */
async function drawn(deps: ProofDeps, service: string, records: OutcomeRecord[]): Promise<HistoryReport['picture']> {
  const picture = pictureOf(service, records);
  const altText = `${picture.title}: ${records.length} incidents, the newest took ${Math.round((picture.series.at(-1)?.value ?? 0) / 60)} min`;
  try {
    const png = await deps.charts.draw(picture);
    const fileName = `${service.replaceAll(/[^\w-]/g, '-')}-history.png`;
    const file = await deps.chat.upload({ png, fileName, title: picture.title, altText });
    return file === null ? null : { file, altText };
  } catch (error) {
    deps.log.warn({ err: error, service }, 'the history could not be drawn');
    return null;
  }
}

const MOST_MARKS = 12;

function pictureOf(service: string, records: OutcomeRecord[]): MetricPicture {
  const sorted = records.filter(({ proposal }) => !proposal).toSorted((a, b) => a.over - b.over);
  const ill = sorted.filter(({ outcome }) => outcome === 'undone' || outcome === 'false_alarm');
  return {
    title: `${service}: time from the beginning of a trouble to its end`,
    unit: 's',
    series: sorted.map(({ began, over }) => ({ at: over, value: (over - began) / 1000 })),
    band: null,
    marks: ill
      .slice(-MOST_MARKS)
      .map(({ over, outcome }) => ({ kind: 'moment', at: over, label: outcome.replaceAll('_', ' ') })),
    darkMode: false,
  };
}
