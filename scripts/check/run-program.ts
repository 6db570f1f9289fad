import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Runs a program of node_modules in the project's folder, on its Node. `show` passes its output on as it comes; else `output` holds it, stderr included. A program that can't be started is code 1. */
export function runProgram(
  name: string,
  args: string[],
  { show }: { show: boolean },
): Promise<{ code: number; output: string }> {
  const bin = join(ROOT, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
  return new Promise((done) => {
    const child = spawn(join(bin, name), args, {
      cwd: ROOT,
      env,
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const add = (data: Buffer) => {
      output += data.toString();
    };
    child.stdout?.on('data', add);
    child.stderr?.on('data', add);
    child.on('error', (error) => done({ code: 1, output: error.message }));
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}
