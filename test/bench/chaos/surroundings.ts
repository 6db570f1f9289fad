import { incidents, messages, send } from '../../e2e/nightshift-process.ts';
import type { Change, Kept } from './judge.ts';

/** What the bench does to the sandbox, and reads from it and from the app, over HTTP as anybody else would. */

export async function sandboxNow(url: string): Promise<number> {
  return ((await send(`${url}/sandbox/clock`, 'GET')).json as { now: number }).now;
}

export const startFault = (url: string, kind: string, service: string) =>
  send(`${url}/sandbox/faults`, 'POST', { kind, service });

export async function hasFaults(url: string): Promise<boolean> {
  return (await activeFaults(url)).length > 0;
}

export async function endFaults(url: string): Promise<void> {
  for (const { id } of await activeFaults(url)) await send(`${url}/sandbox/faults/${id}`, 'DELETE');
}

async function activeFaults(url: string): Promise<{ id: string }[]> {
  return ((await send(`${url}/sandbox/faults`, 'GET')).json as { active: { id: string }[] }).active;
}

/** A person on call who presses Approve wherever it is offered. */
export async function pressApprove(appUrl: string, sandboxUrl: string): Promise<void> {
  const { json } = await send(`${appUrl}/api/incidents?state=awaiting_approval`, 'GET');
  if ((json as unknown[]).length === 0) return;
  for (const message of await messages(sandboxUrl))
    if (JSON.stringify(message.blocks).includes('"approve"'))
      await send(`${sandboxUrl}/sandbox/click`, 'POST', { ts: message.ts, action_id: 'approve', user: 'U_ONCALL' });
}

/** Incidents by id, as they are seen: the app lists the newest only. */
export type SeenIds = { ids: ReadonlySet<string>; look(): Promise<void> };

export function seeIds(appUrl: string): SeenIds {
  const ids = new Set<string>();
  return {
    ids,
    async look() {
      for (const { id } of await incidents(appUrl)) ids.add(id);
    },
  };
}

const AT_ONCE = 8;

/** Every incident that was seen, with all that the app keeps of it. */
export async function kept(appUrl: string, seen: SeenIds): Promise<Kept[]> {
  await seen.look();
  const found: Kept[] = [];
  const left = [...seen.ids];
  const lane = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop())
      found.push((await send(`${appUrl}/api/incidents/${id}`, 'GET')).json as Kept);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return found;
}

export const isChange = ({ method, path, query }: Change): boolean =>
  (method === 'PATCH' || (method === 'POST' && path.endsWith('/eviction'))) && !query.includes('dryRun');

/** What the API server changed for Nightshift. */
export async function changes(sandboxUrl: string): Promise<Change[]> {
  const log = (await send(`${sandboxUrl}/sandbox/requests`, 'GET')).json as (Change & {
    code: number;
    userAgent: string;
  })[];
  return log.filter((one) => isChange(one) && one.code < 300 && one.userAgent.startsWith('nightshift'));
}
