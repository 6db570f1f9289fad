import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type KeptRecord, keptRecord } from '../../domain/kept-record.ts';
import type { IncidentStore } from '../../ports/store.ts';
import { whenAvailable } from './availability.ts';
import type { RunScript } from './scripts.ts';
import { eachReadable, incidentFrom, timelineEntryFrom } from './stored.ts';

type RetentionCalls = Pick<IncidentStore, 'forgetClosed' | 'recordOf'>;
const PAGE = 100;
/** Of one call: those that are left come with the next. */
const MOST_LOOKED_AT = 2_000;

/** What happens to incidents that were closed long ago. */
export function retentionCalls(options: {
  redis: Redis;
  run: RunScript;
  prefix: string;
  onUnreadable: (message: string) => void;
}): RetentionCalls {
  const { redis, run, prefix, onUnreadable } = options;
  const key = (name: string) => `${prefix}:${name}`;

  /** Whether it was forgotten: closed by then, readable, and unchanged since it was read. */
  const forget = async (id: string, before: number): Promise<boolean> => {
    const [json, lines] = await Promise.all([
      whenAvailable(() => redis.hget(key(`incident:${id}`), 'json')),
      whenAvailable(() => redis.lrange(key(`timeline:${id}`), 0, -1)),
    ]);
    const [incident] = json === null ? [] : eachReadable(incidentFrom, [json], onUnreadable);
    if (incident?.state.name !== 'closed' || (incident.closedAt ?? before) >= before) return false;
    const digest = createHash('sha256')
      .update(JSON.stringify([json, lines]))
      .digest('hex');
    const record = keptRecord(incident, eachReadable(timelineEntryFrom, lines, onUnreadable), digest);
    const { version, groupKey, service } = incident;
    const message = 'The details were dropped when their time had come; this is their hash';
    const entry = JSON.stringify({ at: before, incident: id, type: 'details_dropped', message, digest });
    return (await run('forget', id, version, groupKey, service, JSON.stringify(record), entry)) === 1;
  };

  return {
    async forgetClosed(before, limit) {
      let forgotten = 0;
      for (let offset = 0; offset < MOST_LOOKED_AT && forgotten < limit; ) {
        const ids = await whenAvailable(() =>
          redis.zrangebyscore(key('all'), '-inf', before, 'LIMIT', offset, Math.min(PAGE, limit - forgotten)),
        );
        for (const id of ids) {
          if (await forget(id, before)) forgotten += 1;
          else offset += 1;
        }
        if (ids.length === 0) break;
      }
      return forgotten;
    },
    recordOf: async (id) => {
      const json = await whenAvailable(() => redis.hget(key('records'), id));
      return json === null ? null : (JSON.parse(json) as KeptRecord);
    },
  };
}
