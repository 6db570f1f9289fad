import type { Logger } from 'pino';
import { yamlErrorLine } from '../adapters/playbooks/checked-yaml.ts';
import { loadPlaybooks, playbookReader } from '../adapters/playbooks/load-playbooks.ts';
import { playbookKey } from '../domain/playbook.ts';
import type { Playbook } from '../domain/types/playbook.ts';
import type { Action } from '../extension-points.ts';
import { playbookCheck } from './playbook-check.ts';

export type LivePlaybooks = {
  /** Always the last good ones. */
  playbooks: Map<string, Playbook>;
  /** What is wrong with the files as they are now, a line each; none: nothing. */
  faults(): string[];
  reread(): Promise<void>;
};

/** Playbooks that follow their files while the app runs. At the start everything must be right; later a file that is broken keeps what it held when it was last right, and that is said once. */
export async function livePlaybooks(
  folders: string[],
  actions: readonly Action[],
  log: Logger,
): Promise<LivePlaybooks> {
  const check = playbookCheck(actions);
  const read = playbookReader(folders, check);
  await loadPlaybooks(folders, check);
  const playbooks = new Map<string, Playbook>();
  let faults: string[] = [];
  const reread = async (): Promise<void> => {
    const found = await read();
    const now = found.errors.map(yamlErrorLine);
    if (now.length > 0 && now.join() !== faults.join())
      log.error({ faults: now.slice(0, 20) }, 'a playbook is broken: what it held when it was last right still holds');
    if (now.length === 0 && faults.length > 0) log.info({}, 'the playbooks are right again');
    faults = now;
    const next = new Map(found.playbooks.map((one) => [playbookKey(one), one]));
    // While something can't be read nothing is taken away.
    if (now.length > 0) for (const [key, one] of playbooks) if (!next.has(key)) next.set(key, one);
    if (JSON.stringify([...next]) === JSON.stringify([...playbooks])) return;
    const isFirst = playbooks.size === 0;
    playbooks.clear();
    for (const [key, one] of next) playbooks.set(key, one);
    if (!isFirst) log.info({ playbooks: playbooks.size }, 'playbooks were read anew');
  };
  await reread();
  return { playbooks, faults: () => faults, reread };
}
