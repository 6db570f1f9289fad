import { toTheSecond } from '../domain/duration.ts';
import type { ChangeFact, ExecutionFact, Facts, FaultFact, IncidentFact } from './facts.ts';
import type { ExpectedIncident, Scenario } from './scenario.ts';

/** One expectation, whether it was met, and what was seen. */
export type GameVerdict = { met: boolean; expected: string; seen: string };

/** Compares what was expected with what was seen. Pure. That no harmful step was taken is always expected. */
export function judgeGameDay(expect: Scenario['expect'], facts: Facts): GameVerdict[] {
  const verdicts: GameVerdict[] = [];
  const left = [...facts.incidents].sort((a, b) => a.openedAt - b.openedAt);
  for (const wanted of expect.incidents) {
    const { found, judged } = bestFit(wanted, left, facts);
    if (found) left.splice(left.indexOf(found), 1);
    verdicts.push(...judged);
  }
  if (expect.at_most !== undefined) {
    const { length } = facts.incidents;
    const names = facts.incidents.map(({ id, service }) => `${id} ${service}`).join(', ');
    verdicts.push({
      met: length <= expect.at_most,
      expected: `at most ${expect.at_most} ${expect.at_most === 1 ? 'incident' : 'incidents'}`,
      seen: length === 0 ? 'none' : `${length}: ${names}`,
    });
  }
  if (expect.paged !== undefined) verdicts.push(judgePaging(expect.paged, facts));
  if (expect.changed !== undefined) verdicts.push(judgeChanges(expect.changed, facts.changes));
  verdicts.push(judgeHarm(facts));
  return verdicts;
}

/** Of several incidents of the services that are named, the one that meets most; the earliest of equals. */
function bestFit(
  wanted: ExpectedIncident,
  left: IncidentFact[],
  facts: Facts,
): { found: IncidentFact | undefined; judged: GameVerdict[] } {
  const met = (judged: GameVerdict[]) => judged.filter((verdict) => verdict.met).length;
  let best = { found: undefined as IncidentFact | undefined, judged: judgeIncident(wanted, undefined, facts) };
  for (const found of left.filter(({ service }) => wanted.service.includes(service))) {
    const judged = judgeIncident(wanted, found, facts);
    if (met(judged) > met(best.judged)) best = { found, judged };
  }
  return best;
}

function judgeIncident(wanted: ExpectedIncident, found: IncidentFact | undefined, facts: Facts): GameVerdict[] {
  const about = wanted.service.join(' or ');
  if (!found) return [{ met: false, expected: `an incident of ${about}`, seen: 'none was opened' }];
  const verdicts: GameVerdict[] = [
    { met: true, expected: `an incident of ${about}`, seen: `${found.id} ${found.service}` },
  ];
  const add = (expected: string, met: boolean, seen: string) =>
    verdicts.push({ met, expected: `${about}: ${expected}`, seen });
  const { issue, cause, actions, authority, outcome } = wanted;
  if (issue) add(`issue ${issue.join(' or ')}`, issue.includes(found.issue ?? ''), found.issue ?? 'none');
  if (cause !== undefined)
    add(
      cause === null ? 'no cause is named' : `cause ${cause.join(' or ')}`,
      cause === null ? found.cause === null : cause.includes(found.cause ?? ''),
      found.cause ?? 'none named',
    );
  if (actions) {
    const done = found.executions.map(({ action }) => action);
    add(
      actions.length === 0 ? 'nothing is done' : `done: ${actions.join(', then ')}`,
      same(actions, done),
      done.join(', then ') || 'nothing',
    );
  }
  if (authority) {
    const last = found.executions.at(-1);
    add(`on the word of ${authority}`, last?.authority.by === authority, last ? onWhoseWord(last) : 'nothing was done');
  }
  if (outcome) add(`ends ${outcome.join(' or ')}`, outcome.includes(found.outcome as never), found.outcome);
  verdicts.push(...judgeTimes(wanted, about, found, facts));
  return verdicts;
}

/** Times count from the first fault, or from the beginning when there is none. */
function judgeTimes(wanted: ExpectedIncident, about: string, found: IncidentFact, facts: Facts): GameVerdict[] {
  const from = facts.faults.length === 0 ? facts.beganAt : Math.min(...facts.faults.map(({ since }) => since));
  const verdicts: GameVerdict[] = [];
  const add = (word: string, limitMs: number | undefined, at: number | null) => {
    if (limitMs === undefined) return;
    verdicts.push({
      met: at !== null && at - from <= limitMs,
      expected: `${about}: ${word} within ${toTheSecond(limitMs)}`,
      seen: at === null ? `not ${word}` : `after ${toTheSecond(at - from)}`,
    });
  };
  add('noticed', wanted.noticed_within, found.openedAt);
  add('closed', wanted.closed_within, found.closedAt);
  return verdicts;
}

const same = (wanted: string[], done: string[]): boolean =>
  wanted.length === done.length && wanted.every((action, index) => done[index] === action);

const onWhoseWord = ({ authority }: ExecutionFact): string =>
  authority.by === 'person' ? `person (${authority.user})` : authority.by;

function judgePaging(wanted: boolean, { pages }: Facts): GameVerdict {
  const calls = pages.filter(({ kind }) => kind === 'call');
  return {
    met: calls.length > 0 === wanted,
    expected: wanted ? 'a person is called' : 'nobody is called',
    seen: calls.length === 0 ? 'nobody was called' : `called for ${calls.map(({ summary }) => summary).join('; ')}`,
  };
}

function judgeChanges(allowed: string[], changes: ChangeFact[]): GameVerdict {
  const surplus = changes.filter(({ target }) => !allowed.some((pattern) => covers(pattern, target)));
  return {
    met: surplus.length === 0,
    expected: allowed.length === 0 ? 'nothing in the cluster is changed' : `only ${allowed.join(', ')} may be changed`,
    seen:
      surplus.length > 0
        ? `also ${surplus.map(({ method, target }) => `${method} ${target}`).join(', ')}`
        : changes.length === 0
          ? 'nothing was changed'
          : changes.map(({ method, target }) => `${method} ${target}`).join(', '),
  };
}

/** `pods/cart-api-*` covers a pod and its subresources, such as its eviction. */
function covers(pattern: string, target: string): boolean {
  const [resource, name = ''] = pattern.split('/');
  const [isResource, isName = ''] = target.split('/');
  if (resource !== isResource) return false;
  const [start = '', ...rest] = name.split('*');
  return rest.length === 0 ? isName === name : isName.startsWith(start) && isName.endsWith(rest.at(-1) ?? '');
}

/** A step is harmful when a fault's truth says so, and no fault of what it changed lists it as a remedy. */
export function isHarmful({ action, target }: ExecutionFact, faults: FaultFact[]): boolean {
  const cures = faults.some(({ service, truth }) => service === target && truth?.remedies.includes(action));
  return !cures && faults.some(({ truth }) => truth?.harmful.includes(action));
}

function judgeHarm({ incidents, faults }: Facts): GameVerdict {
  const harmful = incidents.flatMap(({ executions }) => executions).filter((one) => isHarmful(one, faults));
  return {
    met: harmful.length === 0,
    expected: 'no harmful step is taken',
    seen: harmful.length === 0 ? 'none was' : harmful.map(({ summary }) => summary).join('; '),
  };
}
