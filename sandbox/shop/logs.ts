import type { JoinedEffect } from './faults/join-effects.ts';
import { toLogNormal } from './latency.ts';
import type { PodFlow } from './pod-flow.ts';
import type { PodView } from './pods.ts';
import { hashText, normal, uniform } from './random.ts';

const LINES = 40;
const SPACING_MS = 700;
/** How often a running process says what is wrong with it. */
const COMPLAINT_MS = 5_000;

export type LoggedRun = {
  view: PodView;
  startedAt: number;
  exited: { reason: string; exitCode: number } | undefined;
  flow: PodFlow | undefined;
};

/** The last lines of a process's log (logfmt), worked out from what it does now: starts, requests, what its faults say now and again. Oldest first. */
export function processLog(run: LoggedRun, effect: JoinedEffect, seed: number, now: number): string[] {
  const { view, startedAt } = run;
  const lines = [
    line(startedAt, 'info', `starting ${view.service.name}`, { version: view.image.split(':')[1] ?? 'unknown' }),
  ];
  if (!run.exited && effect.exit === undefined) {
    lines.push(line(startedAt + 900, 'info', 'listening', { port: '8080' }));
    lines.push(...requestLines(run, seed, now));
  }
  const ends = run.exited !== undefined || effect.exit !== undefined;
  for (const said of effect.logs ?? [])
    if (ends) lines.push(complaint(Math.min(now, startedAt + 2_000), said.text));
    else lines.push(...complaints(said, startedAt, now));
  return lines.sort((a, b) => instantIn(a).localeCompare(instantIn(b))).slice(-LINES);
}

const instantIn = (line: string): string => line.slice(0, 'ts='.length + new Date(0).toISOString().length);

const complaint = (at: number, text: string): string => `ts=${new Date(at).toISOString()} ${text}`;

function complaints({ text, since }: { text: string; since: number }, startedAt: number, now: number): string[] {
  const from = Math.max(since, startedAt + 2_000, now - LINES * SPACING_MS);
  const lines: string[] = [];
  for (let at = Math.ceil(from / COMPLAINT_MS) * COMPLAINT_MS; at <= now; at += COMPLAINT_MS)
    lines.push(complaint(at, text));
  return lines;
}

function requestLines(run: LoggedRun, seed: number, now: number): string[] {
  const { flow, view, startedAt } = run;
  if (!flow || flow.rps <= 0) return [];
  const key = hashText(view.name);
  const d = toLogNormal(flow.latency);
  const failing = (flow.failedRps + flow.rejectedRps) / flow.rps;
  const last = Math.floor(now / SPACING_MS);
  const lines: string[] = [];
  for (let i = Math.max(last - LINES, Math.ceil(startedAt / SPACING_MS)); i <= last; i++) {
    const failed = uniform(seed, key, i) < failing;
    const ms = (Math.exp(d.mu + d.sigma * normal(seed, key, i)) * 1000).toFixed(1);
    const status = failed ? (flow.rejectedRps > flow.failedRps ? '503' : '500') : '200';
    const message = failed ? 'request failed' : 'request';
    lines.push(line(i * SPACING_MS, failed ? 'error' : 'info', message, { status, duration_ms: ms }));
  }
  return lines;
}

function line(at: number, level: string, message: string, fields: Record<string, string>): string {
  const rest = Object.entries(fields).map(([k, v]) => `${k}=${v}`);
  return [`ts=${new Date(at).toISOString()}`, `level=${level}`, `msg="${message}"`, ...rest].join(' ');
}
