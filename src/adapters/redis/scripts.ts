import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { whenAvailable } from './availability.ts';

const NAMES = [
  'save',
  'load',
  'claim',
  'extend',
  'finish',
  'retry-later',
  'list-effects',
  'count-due',
  'find-by-group',
  'forget',
  'forget-person',
  'list-incidents',
  'lock',
  'may-act',
  'now',
  'pause',
  'record-result',
  'new-id',
] as const;

/** Those that write into the record of who decided what. */
const AUDITED: readonly string[] = ['save', 'forget', 'forget-person', 'pause'];

/** Runs one of scripts/*.lua in one step; rejects with StoreUnavailable when Redis is away. */
export type RunScript = (name: (typeof NAMES)[number], ...args: (string | number)[]) => Promise<unknown>;

/** Registers the scripts with the connection. `prefix` is each one's KEYS[1]: it carries the hash tag that puts all keys of a cluster in one slot. */
export function loadScripts(redis: Redis, prefix: string): RunScript {
  const clock = source('clock');
  const audit = source('audit');
  for (const name of NAMES) {
    redis.defineCommand(commandOf(name), {
      lua: `${clock}\n${AUDITED.includes(name) ? audit : ''}\n${source(name)}`,
      numberOfKeys: 1,
    });
  }
  const commands = redis as unknown as Record<string, (...args: (string | number)[]) => Promise<unknown>>;
  return (name, ...args) => whenAvailable(() => commands[commandOf(name)]!(prefix, ...args));
}

const source = (name: string) => readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
const commandOf = (name: string) => `nightshift:${name}`;
