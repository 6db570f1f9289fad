import { inMinutes } from '../domain/duration.ts';
import { meantBy } from '../domain/first-words.ts';
import { LONGEST_MUTE_MS } from '../domain/mute.ts';
import type { Answer } from '../extension-points/people.ts';
import type { StageDeps } from './deps.ts';
import { findWorkload, whoseName } from './who-may.ts';

const no = (message: string): Answer => ({ ok: false, message });

/** Only a workload that is there can be muted: a slip must not leave the right one to be changed. */
export async function mute(
  deps: StageDeps,
  reference: string,
  user: string,
  reason: string,
  forMs: number,
): Promise<Answer> {
  if (!deps.mutes) return no('Nothing can be muted here.');
  if (forMs > LONGEST_MUTE_MS) return no('A week is the longest: mute it again when that is over.');
  const found = await findWorkload(deps, reference);
  if (!found.ok) return no(found.message);
  const { namespace, name: service } = found.workload;
  const at = deps.clock.now();
  const taken = await deps.mutes.set({ namespace, service, by: user, reason, at, until: at + forMs });
  if (!taken) return no('Too many services are muted already; `/heal mute` lists them.');
  return {
    ok: true,
    message: `\`${namespace}/${service}\` is muted for ${inMinutes(forMs)} by <@${user}>: it is watched, nothing is done to it, and nobody is called. \`/heal unmute ${service}\` ends it.`,
  };
}

export async function unmute(deps: StageDeps, reference: string, user: string): Promise<Answer> {
  if (!deps.mutes) return no('Nothing is muted here.');
  if (!deps.anyApprover(user)) return no('Only an approver may end a mute; anyone may mute.');
  const { name, namespace } = whoseName(reference);
  const there = deps.mutes.all().filter((one) => namespace === null || one.namespace === namespace);
  const fitting = meantBy(there, ({ service }) => service, name);
  const [one] = fitting;
  if (!one) return no('That is not muted; `/heal mute` lists what is.');
  if (fitting.length > 1) return no('More than one fits: say it as `namespace/name`.');
  await deps.mutes.lift(one.namespace, one.service);
  return { ok: true, message: `\`${one.namespace}/${one.service}\` is not muted any more (<@${user}>).` };
}
