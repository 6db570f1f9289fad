import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { AuditEvent } from '../../domain/audit.ts';
import type { IncidentStore } from '../../ports/store.ts';
import { whenAvailable } from './availability.ts';
import type { RunScript } from './scripts.ts';

type AuditCalls = Pick<IncidentStore, 'audit' | 'forgetPerson'>;
const PAGE = 500;
const FORGOTTEN = 'somebody';

/** What a script needs for one entry: its text, who it was, and a token for him if he has none yet. */
export const auditArguments = ({ payload, person }: AuditEvent): string[] => [
  JSON.stringify(payload),
  person ?? '',
  `p-${randomBytes(9).toString('hex')}`,
];

/** The chain of the record of who decided what. */
export function auditCalls({ redis, run, prefix }: { redis: Redis; run: RunScript; prefix: string }): AuditCalls {
  const key = (name: string) => `${prefix}:${name}`;
  return {
    async audit(from, limit) {
      const [lines, head, people] = await Promise.all([
        whenAvailable(() => redis.lrange(key('audit'), from, from + Math.min(limit, PAGE * 10) - 1)),
        whenAvailable(() => redis.hmget(key('audit-head'), 'seq', 'hash')),
        whenAvailable(() => redis.hgetall(key('audit-tokens'))),
      ]);
      return { lines, people, head: { seq: Number(head[0] ?? 0), hash: head[1] ?? '' } };
    },
    async forgetPerson(person, at) {
      if (!/^\w{1,64}$/.test(person)) throw new Error(`${person} is no id of a person`);
      let changed = 0;
      for (const id of await whenAvailable(() => redis.zrange(key('all'), '0', '-1')))
        changed += Number(await run('forget-person', 'incident', id, person, FORGOTTEN));
      for (const id of await whenAvailable(() => redis.hkeys(key('records'))))
        changed += Number(await run('forget-person', 'record', id, person, FORGOTTEN));
      const payload = { at, incident: null, type: 'person_forgotten', message: 'Who a token stood for was deleted' };
      const was = Number(await run('forget-person', 'people', JSON.stringify(payload), person, FORGOTTEN));
      return { known: was === 1, changed };
    },
  };
}
