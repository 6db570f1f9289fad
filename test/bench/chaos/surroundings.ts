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
  const waiting = (await incidents(appUrl)).filter(({ state }) => state === 'awaiting_approval');
  if (waiting.length === 0) return;
  for (const message of await messages(sandboxUrl))
    if (JSON.stringify(message.blocks).includes('"approve"'))
      await send(`${sandboxUrl}/sandbox/click`, 'POST', { ts: message.ts, action_id: 'approve', user: 'U_ONCALL' });
}

/** Every incident with all that the app keeps of it. */
export async function kept(appUrl: string): Promise<Kept[]> {
  const all = await incidents(appUrl);
  return Promise.all(all.map(async ({ id }) => (await send(`${appUrl}/api/incidents/${id}`, 'GET')).json as Kept));
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
