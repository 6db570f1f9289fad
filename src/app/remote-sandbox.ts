import { z } from 'zod';
import { createHttpClient } from '../adapters/outgoing/http-client.ts';
import type { Clock } from '../domain/clock.ts';
import { repeat } from '../timing/repeat.ts';

/** A sandbox that runs as a process of its own (`node sandbox/serve.ts`), by the line that it prints. Crash tests need one: it outlives the app. */
const RemoteSandbox = z.object({
  url: z.url(),
  slackApiUrl: z.url(),
  prometheusUrl: z.url(),
  kubeUrl: z.url(),
  signingSecret: z.string(),
  botToken: z.string(),
  channel: z.string(),
});
export type RemoteSandbox = z.infer<typeof RemoteSandbox> & {
  clock: Clock & { speed(): number };
  /** It serves its own page, and was told of the app when it was started. */
  handleSandbox(): Promise<boolean>;
  setAppUrl(): void;
  /** It was told when it was started, or sends none. */
  sendTelemetryTo(): void;
  stop(): Promise<void>;
};

const Told = z.object({ now: z.number(), speed: z.number() });
const ASK_EVERY_MS = 1_000;

/** Follows its clock by asking every second; in between, time passes at the last known speed. Throws when the line is not one or nobody answers. */
export async function attachSandbox(line: string): Promise<RemoteSandbox> {
  const parts = RemoteSandbox.parse(JSON.parse(line));
  if (new URL(parts.url).hostname !== '127.0.0.1')
    throw new Error('NIGHTSHIFT_SANDBOX: a sandbox is reached on loopback only');
  const http = createHttpClient({ url: parts.url, timeoutMs: 5_000, maxBodyBytes: 64 * 1024 });
  let told = { now: 0, speed: 1, at: 0 };
  const ask = async () => {
    const { data } = await http.get<unknown>('/sandbox/clock');
    told = { ...Told.parse(data), at: Date.now() };
  };
  await ask();
  const stop = repeat(ask, { firstMs: ASK_EVERY_MS, delayMs: () => ASK_EVERY_MS, onError: () => {} });
  const clock = {
    now: () => told.now + (Date.now() - told.at) * told.speed,
    line: () => ({ at: told.now, realAt: told.at, speed: told.speed }),
    speed: () => told.speed,
    realDelay: (ms: number) => (told.speed === 0 ? 250 : ms / told.speed),
  };
  return {
    ...parts,
    clock,
    handleSandbox: async () => false,
    setAppUrl: () => {},
    sendTelemetryTo: () => {},
    stop,
  };
}
