import { type RecordedIncident, readRecordedIncident } from '../backtest/recorded-incident.ts';
import { incidentId, readIncidentId } from '../domain/incident-id.ts';
import { withoutSlashes } from '../domain/without-slashes.ts';
import { readJsonLines } from './json-lines.ts';
import { type NightshiftApi, NightshiftApiError, nightshiftApi } from './nightshift-api.ts';

/** Past incidents, oldest first; `bad` names what could not be read. */
export type ReadIncidents = { incidents: RecordedIncident[]; bad: string[] };
export type Window = { from: number | null; to: number | null };
type Told = (done: number, message: string) => void;

const MOST_INCIDENTS = 5_000;
/** Numbers of incidents have gaps, but not such long ones. */
const MOST_GAP = 50;

/** Incidents from a file that `export` wrote, or (a URL) from a running Nightshift's API. Rejects when there is nothing to read from. */
export async function readIncidents(
  source: string,
  token: string | null,
  window: Window,
  told: Told = () => {},
): Promise<ReadIncidents> {
  const { incidents, bad } = /^https?:\/\//.test(source)
    ? await fromApi(source, token, window, told)
    : await fromFile(source);
  const wanted = incidents.filter((one) => isIn(one, window)).sort((a, b) => a.openedAt - b.openedAt);
  return { incidents: wanted, bad };
}

const isIn = ({ openedAt }: { openedAt: number }, { from, to }: Window): boolean =>
  openedAt >= (from ?? Number.NEGATIVE_INFINITY) && openedAt <= (to ?? Number.POSITIVE_INFINITY);

async function fromFile(file: string): Promise<ReadIncidents> {
  const { values, bad } = await readJsonLines(file);
  const incidents: RecordedIncident[] = [];
  for (const { place, value } of values) {
    const read = readRecordedIncident(value);
    if (read.ok) incidents.push(read.incident);
    else bad.push(`${place}: ${read.message}`);
  }
  return { incidents, bad };
}

/** The list gives the newest ids; from there on each is asked for by its number, down to the window's beginning. */
async function fromApi(url: string, token: string | null, window: Window, told: Told): Promise<ReadIncidents> {
  const base = withoutSlashes(url).replace(/\/api(\/incidents)?$/, '');
  const api = nightshiftApi(base, token);
  const list = await api.get<unknown>('/api/incidents');
  const newest = Array.isArray(list) ? (list as { id?: unknown }[])[0]?.id : undefined;
  const incidents: RecordedIncident[] = [];
  const bad: string[] = [];
  let gap = 0;
  const last = readIncidentId(String(newest ?? '')) ?? { number: 0, epoch: null };
  for (let { number } = last; number > 0 && gap < MOST_GAP; number--) {
    const id = last.epoch === null ? `INC-${number}` : incidentId(number, last.epoch);
    if (incidents.length >= MOST_INCIDENTS) {
      bad.push(`only the newest ${MOST_INCIDENTS} incidents were read; --to names an earlier end`);
      break;
    }
    const read = await oneOf(api, id);
    gap = read === null ? gap + 1 : 0;
    if (read === null) continue;
    if (!read.ok) bad.push(`${id}: ${read.message}`);
    else if (read.incident.openedAt < (window.from ?? Number.NEGATIVE_INFINITY)) break;
    else if (isIn(read.incident, window)) incidents.push(read.incident);
    told(incidents.length, id);
  }
  return { incidents, bad };
}

async function oneOf(api: NightshiftApi, id: string) {
  try {
    return readRecordedIncident(await api.get<unknown>(`/api/incidents/${id}`));
  } catch (error) {
    if (error instanceof NightshiftApiError && error.status === 404) return null;
    throw error;
  }
}
