import type { RankedStateCause } from '../analysis/rank-state.ts';
import { isSymptom } from '../domain/cause-kind-info.ts';
import { isJobOf } from '../domain/job-names.ts';
import { maskText } from '../domain/mask-text.ts';
import { isOtherMaker } from '../domain/pod-maker.ts';
import { reached } from '../domain/snapshot/call-graph.ts';
import { plainCause } from '../domain/snapshot/plain-cause.ts';
import { type ObjectRef, objectKey, refText } from '../domain/snapshot/snapshot.ts';
import { refOf } from '../domain/snapshot/state-cause.ts';
import { isAboutItself, subjectEntity, workloadOf } from '../domain/subject.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Finding } from '../domain/types/finding.ts';
import type { StateDiagnosis } from './state-diagnosis.ts';

type Where = { namespace: string; service: string };

const CONVICTED = 0.85;
/** What the objects leave hardly anything beside, however strong it is by itself. */
const CONVICTED_ALONE = 0.7;
/** What the state's own ranking has behind others this far isn't told again. */
const LEAST = 0.1;
/** Two nearer than this to each other are a tie. */
const APART = 1.25;
const MAX_FACTS = 3;
const MAX_VALUE = 160;
const CLOSED = new Set<string>(['node_cordoned', 'taint_not_tolerated']);
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** What the state convicts, as evidence about the workload behind the object (or the node): only these are ranked with the metrics. Symptoms have correlators of their own. */
export function stateFindings(
  diagnosis: StateDiagnosis,
  subject: Where & { entity?: EntityRef },
  since: number,
  /** Whom the service calls, by all that is known; a conviction counts only there and at itself. */
  called: ReadonlySet<string>,
): Finding[] {
  const { service } = subject;
  const itself = isAboutItself(subject);
  const isHere = ({ kind, name }: EntityRef) => name === service || (!itself && (kind === 'Node' || called.has(name)));
  const all = diagnosis.causes.map((cause) => ({ cause, places: placesOf(diagnosis, cause, subject) }));
  const causes = all.filter(({ cause }) => !isSymptom(cause.what));
  // Of a Job or a bare pod no correlator of its own tells how it shows.
  const isBare = aloneIn(subject) !== null && !causes.some(({ places }) => places.some(isHere));
  const placed = isBare ? all : causes;
  const first = convictedOf(
    diagnosis,
    placed.filter(({ places }) => places.some(isHere)).map(({ cause }) => cause),
    aloneIn(subject) !== null,
  );
  return placed
    .filter(({ cause }) => (cause.strength >= CONVICTED && cause.probability >= LEAST) || isOf(first, cause))
    .flatMap(({ cause, places }) =>
      places.map((about) => {
        const told = finding(diagnosis, cause, about, since);
        return isOf(first, cause) && isHere(about)
          ? { ...told, strength: Math.max(cause.strength, cause.probability), convicts: true as const }
          : told;
      }),
    );
}

const isOf = (first: RankedStateCause | null, { object }: RankedStateCause): boolean =>
  first !== null && objectKey(first.object) === objectKey(object);

/** Of what has to do with the service the likeliest, where that is sure or hardly anything else is left, and no tie. What else of the namespace is ill is no reason against it. */
function convictedOf({ causes }: StateDiagnosis, here: RankedStateCause[], alone: boolean): RankedStateCause | null {
  const sum = (all: RankedStateCause[]) => all.reduce((total, { probability }) => total + probability, 0);
  const [first, ...others] = here;
  if (!first) return null;
  const second = others.find((one) => !isOf(first, one));
  if (second && first.probability < APART * second.probability) return null;
  const share = first.probability / (sum(here) + Math.max(0, 1 - sum(causes)));
  const sure = alone ? CONVICTED_ALONE : CONVICTED;
  return first.strength >= sure || share >= CONVICTED_ALONE ? first : null;
}

/** What an incident without a workload is about may be convicted itself: it goes by what stands for it there. */
function placesOf(
  diagnosis: StateDiagnosis,
  cause: RankedStateCause,
  subject: Where & { entity?: EntityRef },
): EntityRef[] {
  const own = subjectEntity(subject);
  const { kind, name, namespace = '' } = cause.object;
  // An autoscaler, a budget or a claim that the alert is about stands for the workload that it belongs to.
  const isSubject = kind !== 'Node' && kind === own.kind && name === own.name && namespace === own.namespace;
  const alone = aloneIn(subject);
  return isSubject || (alone && concerns(cause, alone))
    ? [{ ...own, name: subject.service }]
    : behind(diagnosis, cause, subject);
}

/** What an incident without a workload is about; null where there is one, or it is a node, which is ranked among the others. */
function aloneIn(subject: Where & { entity?: EntityRef }): EntityRef | null {
  const own = subjectEntity(subject);
  return workloadOf(subject) === null && own.kind !== 'Node' ? own : null;
}

/** It is the object itself, one that it made, or one that suffers by it. */
const concerns = ({ object, hurts }: RankedStateCause, own: EntityRef): boolean =>
  [object, ...hurts].some(
    ({ kind, namespace, name }) =>
      (namespace ?? '') === own.namespace &&
      ((kind === own.kind && name === own.name) ||
        (own.kind === 'CronJob' && kind === 'Job' && isJobOf(name, own.name))),
  );

function finding({ state }: StateDiagnosis, cause: RankedStateCause, about: EntityRef, since: number): Finding {
  const own = state.workloads.find((one) => objectKey(one) === objectKey(about));
  const plain = plainCause(cause);
  const facts = cause.facts
    .filter(({ value }) => !plain.includes(value))
    .slice(0, MAX_FACTS)
    .map(
      ({ object, field, value }) =>
        `${objectKey(object) === objectKey(cause.object) ? '' : `${refText(object)} `}${field}: ${maskText(value, MAX_VALUE)}`,
    );
  const at = own && own.changedAt > since - 60 * 60_000 ? Math.min(own.changedAt, state.at) : since;
  return {
    kind: 'state',
    about,
    at,
    what: cause.what,
    message: facts.length > 0 ? `${plain} (${facts.join('; ')})` : plain,
    strength: cause.strength,
    object: refOf(cause.object),
    command: cause.command,
  };
}

/** The workload of the namespace that the object is, or stands before; a node is its own. Of what is elsewhere, or nobody's, whom it hurts here: the incident's own before others, callers of callers too. */
export function behind(
  { state, calls }: StateDiagnosis,
  { what, object, hurts }: RankedStateCause,
  { namespace, service }: Where,
): EntityRef[] {
  // One that is only closed is well itself: it is felt where pods wait for it.
  if (object.kind === 'Node' && !CLOSED.has(what)) return [{ kind: 'Node', namespace: '', name: object.name }];
  const isHere = (ref: ObjectRef) =>
    ref.namespace === namespace && (WORKLOADS.includes(ref.kind) || (ref.name === service && isOtherMaker(ref)));
  const own =
    object.kind === 'Service'
      ? state.services.find((one) => one.namespace === object.namespace && one.name === object.name)
      : undefined;
  const named = state.workloads.find((one) => one.namespace === object.namespace && one.name === object.name);
  const places = isHere(object)
    ? [object]
    : object.kind === 'Service'
      ? [...(own?.workloads ?? []), ...(named ? [named] : [])]
      : hurts;
  const callers = [object, ...hurts].flatMap((ref) => [...reached(calls.callers, objectKey(ref))]);
  const felt = [...hurts, ...state.workloads.filter((one) => callers.includes(objectKey(one)))].filter(isHere);
  const [first] = [...places.filter(isHere), ...felt.filter(({ name }) => name === service), ...felt];
  return first ? [{ kind: first.kind as EntityRef['kind'], namespace, name: first.name }] : [];
}

/** Who calls whom in the namespace, by what is configured and complained of: for where no metrics or traces tell. */
export function stateCalls(
  { calls, state }: StateDiagnosis,
  namespace: string,
): { from: string; to: string; weight: number }[] {
  const names = new Map(
    state.workloads.filter((one) => one.namespace === namespace).map((one) => [objectKey(one), one.name]),
  );
  return [...calls.callees].flatMap(([from, all]) =>
    [...all].flatMap((to) => {
      const [caller, callee] = [names.get(from), names.get(to)];
      return caller && callee ? [{ from: caller, to: callee, weight: 1 }] : [];
    }),
  );
}
