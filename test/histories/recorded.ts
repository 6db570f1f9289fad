import { readdir, readFile } from 'node:fs/promises';
import type { Redis } from 'ioredis';

/** What Redis held of one incident at one moment of its life, as the version that wrote it left it. Recorded from a running Nightshift; never edited. */
export type Recorded = {
  version: string;
  name: string;
  incident: StoredIncident;
  timeline: Record<string, unknown>[];
  due: { id: string; kind: string; incidentId: string; dueAt: number; gen: number; attempt: number }[];
};
type StoredIncident = {
  id: string;
  cluster: string;
  service: string;
  groupKey: string;
  version: number;
  openedAt: number;
  state: { name: string };
} & Record<string, unknown>;

const here = new URL('.', import.meta.url);

/** Every history of every version that has been released. */
export async function allRecorded(): Promise<Recorded[]> {
  const entries = await readdir(here, { withFileTypes: true });
  const versions = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const found = await Promise.all(
    versions.map(async (version) => {
      const folder = new URL(`${version}/`, here);
      const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
      return Promise.all(
        files.map(async (file): Promise<Recorded> => {
          const json = JSON.parse(await readFile(new URL(file, folder), 'utf8')) as Omit<Recorded, 'version' | 'name'>;
          return { ...json, version, name: file.replace(/\.json$/, '') };
        }),
      );
    }),
  );
  return found.flat();
}

const NEEDS_LOCK = ['queued', 'executing', 'verifying', 'undoing'];

/** Puts it into Redis where the version that wrote it had it. A lock isn't kept: after a crash of Redis' owner it is taken again. */
export async function restore(redis: Redis, prefix: string, { incident, timeline, due }: Recorded): Promise<void> {
  const { id, service, groupKey, openedAt, version, state } = incident;
  const key = (name: string) => `${prefix}:${name}`;
  const put = redis.multi();
  const needsLock = NEEDS_LOCK.includes(state.name) ? 1 : 0;
  put.hset(key(`incident:${id}`), { version, json: JSON.stringify(incident), needsLock });
  put.zadd(key('all'), openedAt, id).zadd(key(`service:${service}`), openedAt, id);
  if (state.name === 'closed') put.hset(key('closed-by-group'), groupKey, id);
  else put.zadd(key('open'), openedAt, id).hset(key('open-by-group'), groupKey, id);
  for (const line of timeline) put.rpush(key(`timeline:${id}`), JSON.stringify(line));
  for (const { id: effect, ...fields } of due)
    put.hset(key(`effect:${effect}`), fields).zadd(key('due'), fields.dueAt, effect);
  await put.exec();
}
