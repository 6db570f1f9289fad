import { randomInt } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Incident } from '../../domain/incident.ts';
import { EPOCH_LENGTH, EPOCH_LETTERS, incidentId } from '../../domain/incident-id.ts';
import type { OpenLine } from '../../domain/open-line.ts';
import type { IncidentStore } from '../../ports/store.ts';
import { whenAvailable } from './availability.ts';
import type { LastRead } from './last-read.ts';
import { openIncidents } from './open-incidents.ts';
import type { RunScript } from './scripts.ts';
import { eachReadable, incidentFrom, openLineFrom, timelineEntryFrom } from './stored.ts';

type ReadCalls = Pick<
  IncidentStore,
  | 'load'
  | 'findByGroup'
  | 'listOpen'
  | 'openLines'
  | 'list'
  | 'timeline'
  | 'newId'
  | 'idOf'
  | 'recordResult'
  | 'results'
>;
type Options = {
  redis: Redis;
  run: RunScript;
  prefix: string;
  lastRead: LastRead;
  onUnreadable: (message: string) => void;
};

const PAGE = 100;
/** A list that matches hardly anything stops looking after so many incidents. */
const MOST_LOOKED_AT = 10_000;

const newEpoch = (): string =>
  Array.from({ length: EPOCH_LENGTH }, () => EPOCH_LETTERS[randomInt(EPOCH_LETTERS.length)]).join('');

/** Incidents, timelines and counters. */
export function readCalls({ redis, run, prefix, lastRead, onUnreadable }: Options): ReadCalls {
  const key = (name: string) => `${prefix}:${name}`;
  // All of them are asked for each second, and few change in one.
  let readLines = new Map<string, OpenLine>();
  const list: IncidentStore['list'] = async ({ state, service, since, limit }) => {
    const index =
      state !== undefined && state !== 'closed' ? 'open' : service !== undefined ? `service:${service}` : 'all';
    const found: Incident[] = [];
    for (let offset = 0; offset < MOST_LOOKED_AT && found.length < limit; offset += PAGE) {
      const page = (await run('list-incidents', index, since ?? '-inf', offset, PAGE)) as unknown[];
      const incidents = eachReadable(incidentFrom, page, onUnreadable);
      found.push(
        ...incidents.filter(
          (one) =>
            (state === undefined || one.state.name === state) && (service === undefined || one.service === service),
        ),
      );
      if (page.length < PAGE) break;
    }
    return found.slice(0, limit);
  };
  return {
    load: async (id) => {
      const had = lastRead.byId(id);
      const json = await run('load', id, had?.version ?? '');
      if (json === null) return null;
      if (json === '=' && had) return had;
      const incident = incidentFrom(json);
      lastRead.keep(incident);
      return incident;
    },
    findByGroup: async (groupKey) => {
      const had = lastRead.of(groupKey);
      const asked = run('find-by-group', groupKey, had?.id ?? '', had?.version ?? '');
      const [found, lastClosed] = (await asked) as [string | null, string | null];
      const open = found === null ? null : found === '=' && had ? had : incidentFrom(found);
      if (open) lastRead.keep(open);
      return { open, lastClosed };
    },
    listOpen: openIncidents(run, onUnreadable, lastRead),
    openLines: async () => {
      const lines = await whenAvailable(() => redis.hvals(key('open-lines')));
      const before = readLines;
      readLines = new Map();
      return eachReadable(
        (text) => {
          const line = before.get(text as string) ?? openLineFrom(text);
          readLines.set(text as string, line);
          return line;
        },
        lines,
        onUnreadable,
      );
    },
    list,
    timeline: async (id, from = 0, to = -1) =>
      eachReadable(
        timelineEntryFrom,
        await whenAvailable(() => redis.lrange(key(`timeline:${id}`), from, to)),
        onUnreadable,
      ),
    newId: async () => {
      const [number, epoch] = (await run('new-id', newEpoch(), 1)) as [number, string];
      return incidentId(Number(number), epoch);
    },
    idOf: async (number) => {
      const [, epoch] = (await run('new-id', newEpoch(), 0)) as [number, string];
      return incidentId(number, epoch);
    },
    recordResult: async (result, executionId, worked) => {
      await run('record-result', result, executionId, worked ? 1 : 0);
    },
    results: async (result) => {
      const [worked, tried] = await whenAvailable(() => redis.hmget(key(`results:${result}`), 'worked', 'tried'));
      return { worked: Number(worked ?? 0), tried: Number(tried ?? 0) };
    },
  };
}
