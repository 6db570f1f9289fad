import { adoptTemplate, type Logbook, templateTexts } from './logs.ts';
import { mergedMinute, mergeMinute } from './merge-minutes.ts';
import { MINUTE_MS, type Minutes, minutesBetween, takeMinute } from './minutes.ts';
import { learnAlias } from './peers.ts';
import type { Minute } from './service-minute.ts';
import { type SpanJoiner, settleTraces } from './traces.ts';

/** What replicas tell one another: minutes that are over, each part of a minute once, with the texts of log templates in place of a replica's own numbers. */
export type Shared = {
  /** What has come together since the last time for minutes that are over. From then on it is among the merged minutes, and comes no more: to be passed on at once. */
  drain(): Passed;
  /** Adds what another replica has passed on. */
  merge(passed: Passed): void;
};
export type Passed = { minutes: Minute[]; templates: PassedTemplate[]; aliases: [string, string][] };
export type PassedTemplate = { service: string; id: number; text: string; severe: boolean };

/** Spans wait for their parents, and batches are under way, when a minute ends. */
const SETTLED_MS = 25_000;

/** `local` is what came here since the last drain, `merged` what was drained until then, with what other replicas received. */
export type MergedState = {
  local: Minutes;
  merged: Minutes;
  joiner: SpanJoiner;
  logbook: Logbook;
  refused: (why: string) => void;
};

export function minutePartsOf({ local, merged }: MergedState, from: number, to: number): Map<number, Minute[]> {
  const parts = new Map<number, Minute[]>();
  for (const minute of [...minutesBetween(merged, from, to), ...minutesBetween(local, from, to)]) {
    const known = parts.get(minute.at);
    if (known) known.push(minute);
    else parts.set(minute.at, [minute]);
  }
  return parts;
}

export function betweenOf(state: MergedState, from: number, to: number): Minute[] {
  return [...minutePartsOf(state, from, to).values()]
    .map(([one, other]) => (other ? mergedMinute(state.merged, one!, other) : one!))
    .sort((a, b) => a.at - b.at);
}

export function drain({ local, merged, joiner, logbook, refused }: MergedState, now: number): Passed {
  settleTraces(joiner, now);
  const over = [...local.byStart.values()].filter(({ at }) => at + MINUTE_MS + SETTLED_MS <= now);
  const templates: PassedTemplate[] = [];
  for (const minute of over) {
    local.byStart.delete(minute.at);
    if (!takeMinute(merged, minute)) mergeMinute(merged, minute, (_, id) => id, refused);
  }
  for (const service of new Set(over.flatMap((minute) => [...minute.services.keys()]))) {
    const used = new Set(over.flatMap((minute) => [...(minute.services.get(service)?.templates.keys() ?? [])]));
    if (used.size === 0) continue;
    for (const [id, { text, severe }] of templateTexts(logbook, service))
      if (used.has(id)) templates.push({ service, id, text, severe });
  }
  const aliases = [...joiner.peers.unshared];
  joiner.peers.unshared.clear();
  return { minutes: over, templates, aliases };
}

export function merge(
  { merged, joiner, logbook, refused }: MergedState,
  { minutes, templates, aliases }: Passed,
): void {
  for (const [peer, to] of aliases) learnAlias(joiner.peers, peer, to);
  for (const [peer] of aliases) joiner.peers.unshared.delete(peer);
  const at = minutes.at(-1)?.at ?? 0;
  const ids = new Map<string, number>();
  const known = new Map(templates.map((one) => [`${one.service} ${one.id}`, one]));
  const templateOf = (service: string, id: number): number => {
    const key = `${service} ${id}`;
    const own = ids.get(key);
    if (own !== undefined) return own;
    const template = known.get(key);
    // A text that was forgotten before it could be passed on: 0 is no template's number.
    const adopted = template ? adoptTemplate(logbook, service, template.text, template.severe, at) : 0;
    ids.set(key, adopted);
    return adopted;
  };
  for (const minute of minutes) mergeMinute(merged, minute, templateOf, refused);
}
