import { remediationTarget } from './bottleneck.ts';
import type { Diagnosis, Playbook } from './types.ts';

/** What a playbook is for, as one word: `high_latency`, or `high_latency/rollout` for one kind of cause alone. */
export const playbookKey = ({ issue, cause }: Pick<Playbook, 'issue' | 'cause'>): string =>
  cause === undefined ? issue : `${issue}/${cause}`;

/** The playbook for a diagnosis: that of its named cause's kind where there is one, else the issue's. */
export function playbookFor(playbooks: Map<string, Playbook>, diagnosis: Diagnosis): Playbook | null {
  const { kind } = diagnosis.issue;
  const cause = remediationTarget(diagnosis)?.what;
  const own = cause === undefined ? undefined : playbooks.get(playbookKey({ issue: kind, cause }));
  return own ?? playbooks.get(kind) ?? null;
}
