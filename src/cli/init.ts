import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import type { Command as Program } from 'commander';
import { connectCluster } from '../adapters/kubernetes/cluster.ts';
import { readKubeconfig } from '../adapters/kubernetes/kubeconfig.ts';
import { Settings } from '../app/settings.ts';
import { type InitOptions, proposedFiles } from './init/files.ts';
import { type ClusterParts, type Found, findParts } from './init/find.ts';

const CALL_MS = 10_000;

type Flags = {
  namespaces?: string;
  cluster?: string;
  address?: string;
  channel?: string;
  approvers?: string;
  out: string;
  force?: true;
  doctor: boolean;
};
type Ask = (question: string) => Promise<string>;

/** `nightshift init`. */
export function addInit(
  program: Program,
  env: NodeJS.ProcessEnv,
  doctor: (env: NodeJS.ProcessEnv) => Promise<void>,
): void {
  program
    .command('init')
    .option('--namespaces <names>', 'those to watch (a,b); else all but the protected ones')
    .option('--cluster <name>', 'what to call this cluster')
    .option('--address <url>', 'where Slack reaches Nightshift; else socket mode')
    .option('--channel <id>', "Slack's channel for incidents")
    .option('--approvers <ids>', 'Slack ids of who may approve (U1,U2)')
    .option('--out <folder>', 'where the files go', '.')
    .option('--force', 'overwrite files that are there')
    .option('--no-doctor', "don't try the connections at the end")
    .description('look at the cluster, and propose nightshift.yaml, values for the chart, the Slack app and a receiver')
    .action(async (flags: Flags) => {
      const terminal = process.stdin.isTTY ? createInterface({ input: process.stdin, output: process.stdout }) : null;
      const ask: Ask | null = terminal && ((question) => terminal.question(question));
      try {
        const server = await readKubeconfig(env.KUBECONFIG);
        const options = { name: 'init', server, timeoutMs: CALL_MS, userAgent: 'nightshift-init' };
        const done = await init(connectCluster(options), flags, ask, console.log);
        if (!done) process.exitCode = 1;
        else if (flags.doctor) {
          console.log('\nThe doctor, with what is set here (in the cluster `helm test nightshift` asks it):');
          await doctor({ ...env, NIGHTSHIFT_CONFIG: join(flags.out, 'nightshift.yaml') });
        }
      } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        process.exitCode = 1;
      } finally {
        terminal?.close();
      }
    });
}

/** Looks, says what it found, and writes what isn't there yet; `ask` null: nobody can be asked. False when the cluster couldn't be read. */
export async function init(
  cluster: Parameters<typeof findParts>[0],
  flags: Omit<Flags, 'doctor'>,
  ask: Ask | null,
  say: (line: string) => void,
): Promise<boolean> {
  const answered = async (flag: string | undefined, question: string) =>
    flag ?? (ask ? (await ask(question)).trim() : '');
  const namespaces = listOf(
    await answered(flags.namespaces, 'Namespaces to watch (a,b; empty: all but protected ones): '),
  );
  const isProtected = (one: string) => Settings.parse({}).protected_namespaces.includes(one);
  const found = await findParts(cluster, namespaces.length > 0 ? namespaces : null, isProtected);
  if ('unknown' in found) {
    say(`✗ ${found.unknown}`);
    return false;
  }
  for (const line of linesOf(found)) say(line);
  const options: InitOptions = {
    cluster: (await answered(flags.cluster, 'What to call this cluster (default): ')) || 'default',
    address:
      (await answered(flags.address, 'Where Slack reaches it (https://…; empty: socket mode): ')).replace(/\/$/, '') ||
      null,
    channel: (await answered(flags.channel, "Slack channel's id (C…): ")) || null,
    approvers: listOf(await answered(flags.approvers, 'Slack ids of who may approve (U1,U2): ')),
  };
  const manifest = await readFile(fileURLToPath(new URL('../../manifest.yml', import.meta.url)), 'utf8');
  for (const [name, text] of Object.entries(proposedFiles(found, options, manifest)))
    say(await written(join(flags.out, name), text, flags.force === true, ask));
  return true;
}

async function written(path: string, text: string, force: boolean, ask: Ask | null): Promise<string> {
  const there = existsSync(path);
  const replace =
    force || (there && ask !== null && /^y(es)?$/i.test((await ask(`${path} is there. Overwrite it? (y/N) `)).trim()));
  if (there && !replace) return `- ${path} is there and was left as it is (--force overwrites)`;
  await writeFile(path, text, { flag: replace ? 'w' : 'wx' });
  return `✔ ${path} written`;
}

function linesOf({ prometheus, alertmanager, loki, operators, speakers, workloads }: ClusterParts): string[] {
  const line = (name: string, found: Found) =>
    'unknown' in found
      ? `? ${name}: could not look: ${found.unknown}`
      : found.url
        ? `✔ ${name}: ${found.url}`
        : `- ${name}: no Service of that name; set its address yourself`;
  return [
    line('Prometheus', prometheus),
    line('Alertmanager', alertmanager),
    line('Loki', loki),
    ...Object.entries(operators).map(([name, there]) =>
      there === null ? `? ${name}: could not look` : there ? `✔ ${name} is there` : `- ${name} is not there`,
    ),
    ...speakers.map(
      ({ namespace, job }) =>
        `✔ ${namespace}/${job} may tell of services of other namespaces (\`speakers\`; the doctor says whether it is scraped so)`,
    ),
    `✔ ${workloads.length} workloads, all taken as critical`,
  ];
}

const listOf = (text: string) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
