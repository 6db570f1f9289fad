import { inMinutes } from '../domain/duration.ts';
import { matchersOf } from '../domain/silence-matchers.ts';
import type { Answer } from '../extension-points/people.ts';
import type { Matcher, Silence } from '../ports/alert-manager.ts';
import type { StageDeps } from './deps.ts';
import { record } from './record.ts';

const no = (message: string): Answer => ({ ok: false, message });
const MISSING = 'No Alertmanager is configured that could be asked: set ALERTMANAGER_URL.';
const ONLY_APPROVERS = 'Only an approver may silence an alert: nobody would hear of it any more.';
const LONGEST_SILENCE_MS = 7 * 24 * 3_600_000;

type Deps = Pick<StageDeps, 'alertManager' | 'clock' | 'anyApprover' | 'store' | 'jobs' | 'log'>;

/** Silences what fires for an incident: one silence for each name of an alert. The incident's thread says so. */
export async function silenceIncident(deps: Deps, incidentId: string, user: string, forMs: number): Promise<Answer> {
  const incident = await deps.store.load(incidentId);
  if (!incident) return no(`There is no incident ${incidentId}.`);
  const wanted = matchersOf(incident.alerts);
  if (wanted.length === 0) return no('No alert of it fires now: there is nothing to silence.');
  const answer = await silence(deps, wanted, user, incident.id, forMs);
  if (answer.ok)
    await record(deps, incident.id, { type: 'noted', at: deps.clock.now(), message: answer.message, by: user });
  return answer;
}

/** Silences by matchers, each list a silence of its own. */
export async function silence(
  deps: Deps,
  wanted: Matcher[][],
  user: string,
  why: string,
  forMs: number,
): Promise<Answer> {
  const { alertManager } = deps;
  if (!alertManager) return no(MISSING);
  if (!deps.anyApprover(user)) return no(ONLY_APPROVERS);
  if (forMs > LONGEST_SILENCE_MS) return no('A week is the longest: silence it again when that is over.');
  const from = deps.clock.now();
  const made: string[] = [];
  for (const matchers of wanted) {
    const comment = `${why}, by /heal silence`;
    const answer = await alertManager.silence({ matchers, by: user, comment, from, until: from + forMs });
    if (!answer.ok)
      return no(
        `${made.length > 0 ? `Silenced in part (${made.join(', ')}); then ` : ''}Alertmanager said no: ${answer.message}`,
      );
    made.push(answer.value);
  }
  return { ok: true, message: `Silenced for ${inMinutes(forMs)} in Alertmanager: ${made.join(', ')}` };
}

export async function silences({
  alertManager,
}: Deps): Promise<{ ok: true; value: Silence[] } | { ok: false; message: string }> {
  return alertManager ? alertManager.silences() : { ok: false, message: MISSING };
}

export async function lift(deps: Deps, id: string, user: string): Promise<Answer> {
  if (!deps.alertManager) return no(MISSING);
  if (!deps.anyApprover(user)) return no(ONLY_APPROVERS);
  const answer = await deps.alertManager.lift(id);
  return answer.ok ? { ok: true, message: 'Lifted: its alerts are heard again.' } : no(answer.message);
}
