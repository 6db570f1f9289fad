import type { Answer } from '../extension-points/people.ts';
import { within } from '../timing/within.ts';
import type { LearningDeps } from './deps.ts';
import { findService } from './score-service.ts';
import type { Training } from './train.ts';

/** Slack's answer to a command comes within seconds or not at all; what takes longer goes on by itself. */
const WAIT_MS = 20_000;

/** `/heal train`: one service at once, or all behind the others; the answer says what came of it or how far it is. */
export async function trainOnDemand(deps: LearningDeps, reference: string | null): Promise<Answer> {
  if (reference === null) return trainAll(deps);
  const found = await findService(deps, reference);
  if (!found.ok) return found;
  const { namespace, name } = found.workload;
  const ended = await within(deps.training.train(namespace, name, 'asked'), WAIT_MS);
  if (!ended)
    return {
      ok: true,
      message: `${name} is being learned; ${progressWords(deps)} \`/heal score ${name}\` shows the result.`,
    };
  return outcomeOf(name, ended);
}

function outcomeOf(name: string, training: Training): Answer {
  if (training.kind === 'refused') return { ok: false, message: `${name} could not be learned: ${training.message}.` };
  const { version, points, from, to, metrics } = training.known;
  const days = Math.round((to - from) / 8_640_000) / 10;
  const gaps =
    training.kind === 'trained' && training.missing.length > 0
      ? ` Not all answered: ${training.missing.length} parts are missing.`
      : '';
  const message = `${name} is learned anew: model ${version}, from ${points.toLocaleString('en')} points of ${metrics.length} metrics over ${days} days.${gaps}`;
  return { ok: true, message };
}

async function trainAll(deps: LearningDeps): Promise<Answer> {
  const all = await deps.cluster.workloads(null);
  if (!all.ok) return { ok: false, message: 'The cluster can not be asked right now; try again in a moment.' };
  const ours = all.value.filter((workload) => !deps.protectedNamespaces.includes(workload.namespace));
  for (const { namespace, name } of ours) void deps.training.train(namespace, name, 'nightly');
  return { ok: true, message: `${ours.length} services will be learned anew, a few at a time; ${progressWords(deps)}` };
}

function progressWords(deps: LearningDeps): string {
  const { waiting, running, done, refused } = deps.training.progress();
  return `${running.length} are at it, ${waiting} wait, ${done} are done since the start${refused > 0 ? `, ${refused} had no data or too little` : ''}.`;
}
