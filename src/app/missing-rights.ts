import { createHash } from 'node:crypto';
import { lackWords, needingRights, rightsOf } from '../checks/rights.ts';
import { cutText } from '../domain/cut-text.ts';
import type { Action } from '../extension-points.ts';
import type { Chat } from '../ports/chat.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { HeardOnce } from '../ports/heard-once.ts';
import type { Config } from './config.ts';

type Parts = {
  config: Pick<Config, 'settings' | 'observeBecause'>;
  actions: Action[];
  cluster: Pick<Cluster, 'can'>;
  chat: Pick<Chat, 'announce'>;
  once: Pick<HeardOnce, 'first' | 'forget'>;
  log: Record<'warn', (fields: object, message: string) => void>;
};

/** Beyond this the same lack is told again: somebody may have forgotten it. */
const TOLD_FOR_MS = 30 * 24 * 60 * 60_000;
const MOST_WORDS = 800;

/** At start: which enabled action lacks which right, in one log line, and in the channel once for the same lacks. What couldn't be asked is logged, and is no lack. */
export async function tellMissingRights({ config, actions, cluster, chat, once, log }: Parts): Promise<void> {
  const lacks = await rightsOf(cluster, needingRights(config, actions), config.settings.scan.namespaces);
  const unasked = [...new Set(lacks.flatMap((one) => one.unasked))];
  if (unasked.length > 0) log.warn({ why: unasked }, "the API server didn't say which rights there are");
  const words = lackWords(lacks);
  if (words === null) return;
  log.warn({ lacking: words }, 'rights are missing: steps that need them fail');
  const about = `rights ${createHash('sha256').update(words).digest('hex')}`;
  if (!(await once.first(about, TOLD_FOR_MS))) return;
  const told = await chat.announce(
    `Rights are missing in the cluster ${config.settings.cluster}: ${cutText(words, MOST_WORDS)}. \`/heal doctor\` says how to give them.`,
    [],
  );
  if (!told.ok) await once.forget(about);
}
