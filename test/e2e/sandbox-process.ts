import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The sandbox as a process of its own, which outlives the app. `line` is what `NIGHTSHIFT_SANDBOX` takes; `parts` is what it says. */
export type SandboxProcess = { line: string; parts: Record<string, string>; stop(): Promise<void> };

const root = fileURLToPath(new URL('../../', import.meta.url));

export async function startSandboxProcess(appUrl: string, speed: number): Promise<SandboxProcess> {
  const child = spawn(
    process.execPath,
    ['sandbox/serve.ts', '--port', '0', '--app-url', appUrl, '--speed', String(speed)],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const line of createInterface({ input: child.stdout! }))
    if (line.startsWith('{')) return { line, parts: JSON.parse(line), stop: () => end(child) };
  throw new Error('the sandbox did not start');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
