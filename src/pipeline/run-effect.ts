import type { DueEffect } from '../ports/store.ts';
import type { StageDeps } from './deps.ts';
import { record } from './record.ts';
import type { Stage, StageResult } from './stage.ts';

/** A worker that died is followed after this long (real time). */
const LEASE_MS = 4_000;
const MAX_BACKOFF_MS = 60_000;

/**
 * Runs one due effect: takes its lease, runs its stage on the incident as it is now, saves the events that it ends in, the last together with the effect's end.
 * A crash anywhere leaves the effect due, and the sweep runs it again; so every stage must be able to run twice.
 */
export async function runEffect(deps: StageDeps, stages: Map<string, Stage>, woken: DueEffect): Promise<void> {
  const claimed = await deps.store.claim(woken.id, woken.gen, LEASE_MS);
  if (!claimed) return;
  const { effect, token, failures } = claimed;
  const stage = stages.get(effect.kind);
  const incident = await deps.store.load(effect.incidentId);
  if (!stage || !incident) return void (await deps.store.finish(effect.id, effect.gen, token));
  const stopExtending = keepLease(deps, effect, token);
  try {
    await conclude(deps, effect, token, await stage.run(deps, incident, { ...effect, token }));
  } catch (error) {
    await failed(deps, stage, { ...effect, token, failures }, error);
  } finally {
    stopExtending();
  }
}

async function conclude(deps: StageDeps, effect: DueEffect, token: string, result: StageResult): Promise<void> {
  const { events, againAt } = result;
  const ends = againAt === undefined;
  for (const [index, event] of events.entries()) {
    const last = ends && index === events.length - 1;
    await record(deps, effect.incidentId, event, last ? { ...effect, token } : null);
  }
  if (!ends) await wakeIf(deps, await deps.store.retryLater(effect.id, effect.gen, token, againAt));
  else if (events.length === 0) await wakeIf(deps, await deps.store.finish(effect.id, effect.gen, token));
}

type Claimed = DueEffect & { token: string; failures: number };

async function failed(deps: StageDeps, stage: Stage, claimed: Claimed, error: unknown): Promise<void> {
  const { id, gen, kind, incidentId, token, failures } = claimed;
  const message = error instanceof Error ? error.message : String(error);
  deps.log.error({ err: error, effect: kind, incident: incidentId, failures }, 'a stage failed');
  const incident = await deps.store.load(incidentId);
  if (stage.giveUp && incident && failures + 1 >= stage.giveUp.afterTries) {
    await record(deps, incidentId, stage.giveUp.event(deps, incident, message), claimed);
    return;
  }
  const backoffMs = Math.min(MAX_BACKOFF_MS, 500 * 2 ** failures);
  await wakeIf(deps, await deps.store.retryLater(id, gen, token, deps.clock.now() + backoffMs, 'failed'));
}

const wakeIf = async (deps: StageDeps, due: DueEffect | null): Promise<void> => {
  if (due)
    await deps.jobs
      .wake([due])
      .catch((error: unknown) => deps.log.warn({ err: error }, 'waking failed; the sweep will'));
};

function keepLease(deps: StageDeps, effect: DueEffect, token: string): () => void {
  const timer = setInterval(
    () => void deps.store.extend(effect.id, token, LEASE_MS).catch(() => undefined),
    LEASE_MS / 3,
  );
  timer.unref();
  return () => clearInterval(timer);
}
