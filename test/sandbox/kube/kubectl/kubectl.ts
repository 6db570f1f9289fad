// Runs scripts of kubectl commands against a served cluster, each with what it must print.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Served } from '../serve.ts';

/** False on a machine without kubectl; the tests that need it are then skipped by name. */
export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

/** A command, what its output must match (all of them), and what it is fed. A leading `!`: it must fail. */
export type Line = [command: string, expected: RegExp | readonly RegExp[], stdin?: string];

export type Kubectl = (command: string, stdin?: string) => Promise<{ code: number; text: string }>;

const LONGEST_MS = 60_000;

/** kubectl on a cluster, with a home of its own; namespace shop unless the command says otherwise. */
export function kubectlOn(served: Served): Kubectl {
  const home = mkdtempSync(join(tmpdir(), 'nightshift-kubectl-'));
  const env = { PATH: process.env.PATH, HOME: home, KUBECACHEDIR: join(home, 'cache'), KUBECONFIG: join(home, 'none') };
  return (command, stdin) =>
    new Promise((resolve) => {
      const args = ['-s', served.url, '-n', 'shop', ...words(command)];
      const child = execFile('kubectl', args, { env, timeout: LONGEST_MS }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), text: stdout + stderr });
      });
      child.stdin?.end(stdin ?? '');
    });
}

// Words as a shell would split them, with single quotes.
function words(command: string): string[] {
  return [...command.matchAll(/(?:[^\s']+|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ''));
}

/** Runs the lines in order and checks each. */
export async function runScript(kubectl: Kubectl, lines: readonly Line[]): Promise<void> {
  for (const [written, expected, stdin] of lines) {
    const fails = written.startsWith('!');
    const command = fails ? written.slice(1) : written;
    const { code, text } = await kubectl(command, stdin);
    const shown = `kubectl ${command} → ${code}\n${text}`;
    expect(fails ? code !== 0 : code === 0, shown).toBe(true);
    for (const pattern of [expected].flat()) expect(pattern.test(text), `${shown}\nshould match ${pattern}`).toBe(true);
  }
}
