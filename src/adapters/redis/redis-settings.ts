import type { Redis } from 'ioredis';
import { whenAvailable } from './availability.ts';
import { memoryIn, nearlyFullWords } from './memory-use.ts';

/** Something about a given Redis that breaks a promise: `message` says which, `mend` how to put it right. */
export type RedisDoubt = { setting: string; message: string; mend: string };

const OLDEST = 7;

/**
 * What a Redis that somebody else set up would cost: an empty list when it keeps law 1 (an alert answered with 2xx is on disk) and loses nothing by evicting.
 * A server that doesn't tell its settings (some hosted ones) is doubted in words. Rejects with StoreUnavailable.
 */
export async function doubtsAbout(redis: Redis): Promise<RedisDoubt[]> {
  const info = await whenAvailable(() => redis.info());
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  const fsync = await redis.config('GET', 'appendfsync').then(
    (reply) => (Array.isArray(reply) ? String(reply[1] ?? '') : ''),
    () => '',
  );
  const doubts: (RedisDoubt | null)[] = [
    doubt(
      'version',
      Number.parseInt(field('redis_version'), 10) >= OLDEST,
      `It is Redis ${field('redis_version')}; ${OLDEST} is the oldest that was tried.`,
      `use Redis ${OLDEST} or newer`,
    ),
    doubt(
      'appendonly',
      field('aof_enabled') === '1',
      'It keeps no append-only file: after a crash, incidents and approvals are gone.',
      'CONFIG SET appendonly yes, and the same in redis.conf',
    ),
    doubt(
      'appendfsync',
      fsync === 'always',
      fsyncWords(fsync),
      'CONFIG SET appendfsync always, and the same in redis.conf',
    ),
    doubt(
      'maxmemory-policy',
      field('maxmemory_policy') === 'noeviction',
      `It drops keys when memory is short (${field('maxmemory_policy')}): incidents could vanish.`,
      'CONFIG SET maxmemory-policy noeviction, and the same in redis.conf',
    ),
    doubt(
      'maxmemory',
      nearlyFullWords(memoryIn(info)) === null,
      nearlyFullWords(memoryIn(info)) ?? '',
      'CONFIG SET maxmemory to more, or limits.keep_closed to less',
    ),
  ];
  return doubts.filter((one) => one !== null);
}

const doubt = (setting: string, fine: boolean, message: string, mend: string): RedisDoubt | null =>
  fine ? null : { setting, message, mend };

const fsyncWords = (fsync: string): string =>
  fsync === ''
    ? "It doesn't say when it writes to disk: an answered alert may be lost in a crash."
    : `It writes to disk later (${fsync}): what was answered in the last moment before a crash may be lost.`;
