import { createHmac, randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Environment } from '../app/environment.ts';
import { type Check, right, wrong } from './check.ts';

const MIB = 1_024 * 1_024;
const LEAST_FREE = 200 * MIB;
const CALL_MS = 2_000;

/** The folder of the private Redis; of no account where one is given. */
export function examineDisk({ NIGHTSHIFT_DATA: folder, REDIS_URL: redis }: Environment): Check[] {
  if (redis) return [];
  let there = resolve(folder);
  while (!existsSync(there)) there = dirname(there);
  try {
    accessSync(there, constants.W_OK);
  } catch {
    return [wrong(`${folder} can be written`, 'give this user the folder, or set NIGHTSHIFT_DATA to another')];
  }
  const { bavail, bsize } = statfsSync(there);
  const free = bavail * bsize;
  if (free < LEAST_FREE)
    return [
      wrong(`${folder} has room`, `only ${Math.round(free / MIB)} MiB are free: make room, or set NIGHTSHIFT_DATA`),
    ];
  return [right(`${folder} can be written, and has room`)];
}

/** A request signed as Slack signs it, to the Nightshift that runs at this address: it must take it. Nothing is done by it. None runs: nothing is said. */
export async function examineSigning({ SLACK_SIGNING_SECRET: secret, HOST, PORT }: Environment): Promise<Check[]> {
  if (!secret) return [];
  const body = JSON.stringify({ type: 'url_verification', challenge: randomUUID() });
  const at = String(Math.floor(Date.now() / 1_000));
  const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST;
  const answer = await fetch(`http://${host}:${PORT}/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-slack-request-timestamp': at,
      'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`,
    },
    body,
    signal: AbortSignal.timeout(CALL_MS),
  }).catch(() => null);
  if (answer === null) return [];
  const title = 'what is signed with SLACK_SIGNING_SECRET is taken';
  if (answer.ok) return [right(title)];
  const mend = 'the running Nightshift has another secret: start it again with this one';
  return [wrong(title, answer.status === 401 || answer.status === 403 ? mend : `it answered ${answer.status}`)];
}

/** One version in all replicas but while an update rolls out. `ids` as in the register. */
export function versionChecks(ids: string[]): Check[] {
  if (ids.length === 0) return [];
  const counts = new Map<string, number>();
  for (const id of ids) {
    const version = id.includes('@') ? id.slice(id.lastIndexOf('@') + 1) : 'before 0.2.0';
    counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  const words = [...counts].map(([version, count]) => `${version} (${count})`).sort();
  if (words.length === 1) return [right(`running replicas: ${words[0]}`)];
  const mend = `${words.join(', ')}: let the update end, or see which replica doesn't come up with it`;
  return [wrong('all replicas run one version', mend)];
}
