import type { Command as Program } from 'commander';
import { connectCluster } from '../adapters/kubernetes/cluster.ts';
import { readKubeconfig } from '../adapters/kubernetes/kubeconfig.ts';
import { readSettingsOf } from '../app/config.ts';
import { policyFor } from '../app/policy.ts';
import type { Settings } from '../app/settings.ts';
import { type PolicyWords, policyWords } from '../domain/policy-words.ts';
import type { Workload } from '../ports/cluster-objects.ts';

const CALL_MS = 10_000;

/** `nightshift policy`: what the configuration means for every workload that there is. */
export function addPolicy(program: Program, env: NodeJS.ProcessEnv): void {
  program
    .command('policy')
    .option('--json', 'print it as one JSON array')
    .description('print for every workload: critical, who is asked, what would run alone, what at the timeout, and why')
    .action(async ({ json }: { json?: true }) => {
      const read = readSettingsOf(env.NIGHTSHIFT_CONFIG ?? null);
      if (!read.ok) return failed(read.errors.map((error) => `✗ ${error}`).join('\n'));
      const server = await readKubeconfig(env.KUBECONFIG);
      const { settings } = read;
      const cluster = connectCluster({
        name: settings.cluster,
        server,
        timeoutMs: CALL_MS,
        userAgent: 'nightshift-policy',
      });
      const found = await cluster.workloads(null);
      if (!found.ok) return failed(`The workloads can't be read: ${found.failure.message}`);
      const rows = policiesOf(settings, found.value);
      console.log(json ? JSON.stringify(rows) : tableOf(rows));
    });
}

function failed(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

export type PolicyRow = PolicyWords & { kind: string; namespace: string; name: string };

/** By namespace and name. */
export function policiesOf(
  settings: Settings,
  workloads: Pick<Workload, 'kind' | 'namespace' | 'name'>[],
): PolicyRow[] {
  return workloads
    .map(({ kind, namespace, name }) => ({
      kind,
      namespace,
      name,
      ...policyWords(policyFor(settings, namespace, name), {
        mode: settings.mode,
        isProtected: settings.protected_namespaces.includes(namespace),
      }),
    }))
    .sort((a, b) => a.namespace.localeCompare(b.namespace) || a.name.localeCompare(b.name));
}

const HEAD = ['WORKLOAD', 'CRITICAL', 'ASKED', 'RUNS ALONE', 'IF NOBODY ANSWERS', 'WHY'];

export function tableOf(rows: PolicyRow[]): string {
  const cells = rows.map((row) => [
    `${row.namespace}/${row.name}`,
    row.critical ? 'yes' : 'no',
    row.asked.join(' ') || 'nobody',
    row.alone,
    row.atTimeout,
    row.why,
  ]);
  const all = [HEAD, ...cells];
  const widths = HEAD.map((_, column) => Math.max(...all.map((line) => (line[column] ?? '').length)));
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
