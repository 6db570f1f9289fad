import type { Config } from '../app/config.ts';
import type { Action, Permission } from '../extension-points.ts';
import type { Cluster } from '../ports/cluster.ts';
import { createTurns } from '../timing/turns.ts';
import { type Check, right, wrong } from './check.ts';
import { isClusterScoped, isLook, LOOKING, type OptIn, optInOf, TIGHTENING } from './rbac.ts';

/** What an action (or looking itself, by the name `looking`) lacks, in words such as `patch deployments in cart`. `unasked`: what the API server couldn't say, and why: that is no missing right. */
export type Lack = { name: string; optIn: OptIn | null; missing: string[]; unasked: string[] };

type Needing = Pick<Action, 'name' | 'permissions' | 'optIn'>;
type Standing = { missing: string | null } | { unasked: string };

const AT_ONCE = 8;
export const LOOKING_NAME = 'looking';

/** Those that act under these settings: in observe mode nothing does. */
export function needingRights(
  { settings, observeBecause }: Pick<Config, 'settings' | 'observeBecause'>,
  actions: Action[],
): Needing[] {
  if (settings.mode === 'observe' || observeBecause.length > 0) return [];
  const tightening = { name: 'scan.tighten_monitors', permissions: TIGHTENING };
  return settings.scan.tighten_monitors ? [...actions, tightening] : actions;
}

/** Asks the API server for each right once: in the whole cluster, else in each of the namespaces that are watched. */
export async function rightsOf(cluster: Pick<Cluster, 'can'>, needing: Needing[], watched: string[]): Promise<Lack[]> {
  const turn = createTurns(AT_ONCE);
  const known = new Map<string, Promise<Standing>>();
  const standing = (permission: Permission, verb: string) => {
    const key = `${verb} ${permission.group}/${permission.resource}`;
    const asked = known.get(key) ?? turn(() => ask(cluster, permission, verb, watched));
    known.set(key, asked);
    return asked;
  };
  const looking = {
    name: LOOKING_NAME,
    permissions: LOOKING.filter(({ resource }) => resource !== 'secrets'),
  };
  return Promise.all(
    [looking, ...needing].map(async (one) => {
      const answers = await Promise.all(
        one.permissions.flatMap((permission) => permission.verbs.map((verb) => standing(permission, verb))),
      );
      return {
        name: one.name,
        optIn: optInOf(one),
        missing: answers.flatMap((answer) => ('missing' in answer && answer.missing !== null ? [answer.missing] : [])),
        unasked: [...new Set(answers.flatMap((answer) => ('unasked' in answer ? [answer.unasked] : [])))],
      };
    }),
  );
}

async function ask(cluster: Pick<Cluster, 'can'>, permission: Permission, verb: string, watched: string[]) {
  const [resource, subresource] = permission.resource.split('/') as [string, string | undefined];
  const may = (namespace: string | null) =>
    cluster.can(verb, permission.group, resource, namespace, subresource ?? null);
  const words = `${verb} ${permission.resource}`;
  const everywhere = await may(null);
  if (!everywhere.ok) return { unasked: everywhere.failure.message };
  if (everywhere.value) return { missing: null };
  if (watched.length === 0 || isClusterScoped(resource)) return { missing: words };
  const lacking: string[] = [];
  for (const namespace of watched) {
    const there = await may(namespace);
    if (!there.ok) return { unasked: there.failure.message };
    if (!there.value) lacking.push(namespace);
  }
  if (lacking.length === 0) return { missing: null };
  return { missing: lacking.length === watched.length ? words : `${words} in ${lacking.join(', ')}` };
}

/** What a person must know of: an opt-in action that nobody gave any right to change is off, and that is no lack. */
export const lackingOf = (lacks: Lack[]): Lack[] =>
  lacks.filter(({ optIn, missing }) => missing.length > 0 && optIn === null);

const MEND = 'apply the output of `npm run nightshift -- rbac`';

export function rightsChecks(lacks: Lack[], watched: string[]): Check[] {
  const where = watched.length > 0 ? ` --namespaces ${watched.join(',')}` : '';
  const mend = watched.length > 0 ? MEND.replace('rbac`', `rbac${where}\``) : MEND;
  return lacks.map(({ name, optIn, missing, unasked }) => {
    const title = name === LOOKING_NAME ? 'rights to look' : `rights for ${name}`;
    if (missing.length > 0 && optIn !== null)
      return right(`no rights for ${name}, which nobody gets unasked: it is never taken (rbac --with ${optIn})`);
    if (missing.length > 0) return wrong(title, `missing: ${missing.join(', ')}; ${mend}`);
    if (unasked.length > 0)
      return wrong(`${title} can be asked for`, `the API server didn't say: ${unasked.join('; ')}`);
    return right(title);
  });
}

/** The same as one line for the channel; null: nothing is missing. */
export function lackWords(lacks: Lack[]): string | null {
  const all = lackingOf(lacks);
  if (all.length === 0) return null;
  const looking = all.find(({ name }) => name === LOOKING_NAME);
  const acting = all.filter(({ name, missing }) => name !== LOOKING_NAME && missing.some((one) => !isLookWords(one)));
  const parts = [
    ...(looking ? [`it can't ${looking.missing.join(', ')}: what is seen there is missing from every diagnosis`] : []),
    ...acting.map(({ name, missing }) => `\`${name}\` lacks ${missing.join(', ')}`),
  ];
  return parts.length === 0 ? null : parts.join('; ');
}
const isLookWords = (words: string) => isLook(words.split(' ')[0] ?? '');
