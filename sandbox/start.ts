import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Alerting, startAlerting } from './alerting/alerting.ts';
import { type Chat, createChat } from './chat/chat.ts';
import { createClock, type SandboxClock } from './clock.ts';
import { type Core, createCore, startTicking } from './core.ts';
import { isFromLoopback } from './loopback.ts';
import { createPrometheusApi } from './prometheus/http.ts';
import { NO_JOURNAL, openJournal } from './prometheus/journal.ts';
import { type SandboxRoutes, serveSandboxRoutes } from './routes.ts';
import { listen, refuseStranger } from './server.ts';
import { createGoldenSignals } from './shop/golden-signals.ts';
import { TEXT_CONTENT_TYPE, textFormat } from './shop/metrics/text-format.ts';
import { sandboxState } from './shop/state.ts';
import { keepStateFile, readStateFile, type StateFile } from './state-file.ts';
import { type Destination, sendTelemetry } from './telemetry/send.ts';

export type Sandbox = {
  /** http://127.0.0.1:PORT: the Kubernetes API, /prometheus, /slack-api/, /metrics and /sandbox. */
  url: string;
  slackApiUrl: string;
  prometheusUrl: string;
  kubeUrl: string;
  signingSecret: string;
  botToken: string;
  /** Id of the one channel. */
  channel: string;
  clock: SandboxClock;
  /** The /sandbox routes, for mounting on another port; false for any other path. Refuses (403) what doesn't come from this machine. */
  handleSandbox(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  /** Where alerts (with the bearer token, if any) and Slack's interactions go. */
  setAppUrl(url: string, alertmanagerToken?: string): void;
  /** Where the shop's traces and logs go from now on. */
  sendTelemetryTo(destination: Destination): void;
  stop(): Promise<void>;
};

export type SandboxOptions = {
  /** 0 or none: any free port. */
  port?: number;
  /** Sandbox seconds per real second, 0 to 60; 10 when not given. */
  speed?: number;
  seed?: number;
  /** Sandbox time (epoch ms) at which a first life begins; the real time when not given. */
  beginAt?: number;
  /** False when a real Alertmanager sends the alerts. */
  builtInAlerts?: boolean;
  /** Where the cluster, the faults, the channel and the time are kept for the next start. */
  stateFile?: string;
};

const CHANNEL = { id: 'C_ONCALL', name: 'oncall' };

/** Starts the whole sandbox in this process, listening on 127.0.0.1. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const saved = options.stateFile === undefined ? undefined : readStateFile(options.stateFile);
  const seed = saved?.seed ?? options.seed ?? 42;
  const { scrapes, append } =
    options.stateFile === undefined ? NO_JOURNAL : openJournal(`${options.stateFile}.samples`, !saved);
  // Never earlier than what is already known.
  const here = saved ? Date.now() + saved.offsetMs : (options.beginAt ?? Date.now());
  const startAt = Math.floor(Math.max(here, (scrapes.at(-1)?.at ?? 0) + 1));
  const clock = createClock({ startAt, speed: options.speed ?? saved?.speed ?? 10 });
  const core = createCore({ now: clock.now, seed, startAt, remains: saved && { ...saved, scrapes } });
  const place: { url: string; app: string; telemetry: Destination | null } = { url: '', app: '', telemetry: null };
  const secrets = {
    signingSecret: randomBytes(16).toString('hex'),
    botToken: `xoxb-${randomBytes(16).toString('hex')}`,
  };
  const signals = createGoldenSignals(core.store);
  const state = () => sandboxState({ ...core, clock, signals });
  const chat = createChat({
    ...secrets,
    now: clock.now,
    app: () => place.app,
    channel: CHANNEL,
    state,
    ...(options.stateFile === undefined ? {} : { filesFolder: `${options.stateFile}.files` }),
  });
  chat.restore(saved?.chat);
  const alerting = startAlerting({
    source: core.store,
    forced: core.shop.faults.alerts,
    enabled: options.builtInAlerts !== false,
    externalUrl: () => `${place.url}/prometheus`,
  });
  if (saved) alerting.restore(saved.alerts);
  const file =
    options.stateFile === undefined ? undefined : keep(options.stateFile, { clock, core, chat, alerting, seed });
  const changed = (): void => file?.saveSoon();
  if (core.first) append(core.first.at, core.first.samples);
  const stopTicks = startTicking(clock, core, (now, samples) => {
    const alerts = alerting.evaluate(now);
    core.store.recordRules(now, alerts);
    append(now, [...samples, ...alerts]);
  });
  const stopTelemetry = sendTelemetry({ ...core, clock, seed, to: () => place.telemetry });
  const handleSandbox = sandboxHandler({
    clock,
    state,
    changed,
    faults: core.shop.faults,
    requests: () => core.cluster.requests(),
    alerts: () => alerting.list(),
    chat: chat.handle,
  });
  const handlers = [
    handleSandbox,
    createPrometheusApi({ store: core.store, now: clock.now, rules: alerting.rules }).handle,
    scrapeHandler(core, clock),
    chat.handle,
    core.cluster.handle,
  ];
  const server = await listen(options.port ?? 0, handlers, changed);
  place.url = server.url;
  return {
    ...secrets,
    url: server.url,
    slackApiUrl: `${server.url}/slack-api/`,
    prometheusUrl: `${server.url}/prometheus`,
    kubeUrl: server.url,
    channel: CHANNEL.id,
    clock,
    handleSandbox,
    setAppUrl(url, alertmanagerToken) {
      place.app = url.replace(/\/$/, '');
      alerting.sendTo({ url: place.app, token: alertmanagerToken });
    },
    sendTelemetryTo(destination) {
      place.telemetry = destination;
    },
    async stop() {
      stopTelemetry();
      for (const stop of stopTicks) stop();
      alerting.stop();
      chat.close();
      await server.close();
      file?.stop();
    },
  };
}

function sandboxHandler(routes: SandboxRoutes): Sandbox['handleSandbox'] {
  return async (req, res) => {
    const path = (req.url ?? '/').split('?')[0] ?? '/';
    if (path !== '/sandbox' && !path.startsWith('/sandbox/')) return false;
    if (isFromLoopback(req)) return serveSandboxRoutes(routes, req, res);
    refuseStranger(res);
    return true;
  };
}

function scrapeHandler(core: Core, clock: SandboxClock): (req: IncomingMessage, res: ServerResponse) => boolean {
  return (req, res) => {
    if ((req.url ?? '').split('?')[0] !== '/metrics') return false;
    res.writeHead(200, { 'content-type': TEXT_CONTENT_TYPE });
    res.end(textFormat(core.metrics(clock.now())));
    return true;
  };
}

function keep(
  path: string,
  parts: { clock: SandboxClock; core: Core; chat: Chat; alerting: Alerting; seed: number },
): StateFile {
  const { clock, core, chat, alerting, seed } = parts;
  const { cluster, shop } = core;
  const revision = (): string => {
    const { store } = cluster.snapshot() as { store: { revision: number } };
    return [
      store.revision,
      cluster.requests().length,
      chat.revision(),
      shop.faults.revision(),
      alerting.revision(),
      clock.speed(),
    ].join(' ');
  };
  return keepStateFile(path, revision, () => ({
    version: 2,
    offsetMs: clock.now() - Date.now(),
    speed: clock.speed(),
    seed,
    alerts: alerting.snapshot(),
    cluster: cluster.snapshot(),
    faults: shop.faults.snapshot(),
    chat: chat.snapshot(),
  }));
}
