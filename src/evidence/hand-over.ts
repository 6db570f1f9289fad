import { isSymptom } from '../domain/cause-kind-info.ts';
import { handOverOf, type Wrong, wrongByFinding, wrongOf } from '../domain/hand-over.ts';
import { writersOf } from '../domain/managed-fields.ts';
import { maskTexts } from '../domain/mask-text.ts';
import { isRecord, readPath } from '../domain/object-path.ts';
import { podMaker } from '../domain/pod-maker.ts';
import { type ObjectRef, objectKey } from '../domain/snapshot/snapshot.ts';
import type { Cause } from '../domain/types/diagnosis.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Finding } from '../domain/types/finding.ts';
import type { HandOver } from '../domain/types/hand-over.ts';
import type { Cluster } from '../ports/cluster.ts';
import { keeperTold } from '../ports/keeper.ts';
import type { AdvisedCause, StateDiagnosis } from './state-diagnosis.ts';
import { behind } from './state-findings.ts';

/** A cause that objects convict by themselves. */
const CONVICTED = 0.85;
/** The same of the very object that is in trouble, or of one that it calls, where the state has nothing else to blame. */
const CONVICTED_OWN = 0.6;

/**
 * What a person needs to mend it, where objects convict what was named (`cause`), or, where nothing is named, what the state alone blames for the subject's trouble; else a finding that tells of an object: of the named cause, or
 * of what stands in its way. Null: only metrics speak. Who keeps the object is looked up.
 */
export async function handOverFor(
  cluster: Cluster,
  state: StateDiagnosis | null,
  findings: readonly Finding[],
  { cause, subject, callees }: { cause: Cause | undefined; subject: EntityRef; callees: readonly string[] },
): Promise<HandOver | null> {
  const { namespace } = subject;
  const found = state
    ? cause
      ? ofNamed(state, namespace, cause)
      : ofSubject(state, namespace, [subject.name, ...callees])
    : null;
  const told = toldBy(findings, cause?.entity ?? subject);
  const exact = cause && told.find(({ what }) => what === cause.what);
  const wrong =
    found && (found.what === cause?.what || !exact) ? wrongOf(found) : (exact ?? (cause ? told[0] : undefined));
  if (!wrong) return null;
  const { object } = wrong;
  const raw = state?.state.byKey.get(objectKey(object))?.raw ?? null;
  const keeper = raw ? await keeperTold(cluster, viewOf(raw, object), raw, wrong.facts[0]?.field ?? 'spec') : null;
  return handOverOf(wrong, raw, keeper ?? makerOf(state, object));
}

/** Who makes pods that nothing of ours changes. */
function makerOf(state: StateDiagnosis | null, { kind, namespace, name }: ObjectRef) {
  const isOne = state?.state.workloads.some(
    (one) => one.kind === kind && one.name === name && one.namespace === namespace,
  );
  return isOne ? podMaker({ kind, namespace: namespace ?? '', name }) : null;
}

const CONVINCING = 0.5;
/** Weak as a cause, and yet why nothing helps. */
const STANDS_IN_THE_WAY = new Set(['quota_full']);

/** The surest first. */
const toldBy = (findings: readonly Finding[], { name }: EntityRef): Wrong[] =>
  findings
    .filter(
      ({ about, what, strength }) => about.name === name && (strength >= CONVINCING || STANDS_IN_THE_WAY.has(what)),
    )
    .toSorted((left, right) => right.strength - left.strength)
    .flatMap((one) => wrongByFinding(one) ?? []);

/** Of its very kind if there is one, else the surest about the same object; a symptom only where nothing says more. */
function ofNamed(state: StateDiagnosis, namespace: string, { entity, what, object }: Cause): AdvisedCause | null {
  const about = state.causes.filter(
    (one) =>
      (one.object.name === entity.name && one.object.kind === entity.kind) ||
      (one.object.name === object?.name && one.object.kind === object.kind) ||
      behind(state, one, { namespace, service: entity.name }).some(
        ({ kind, name }) => name === entity.name && kind === entity.kind,
      ),
  );
  return (
    about.find((one) => one.what === what) ??
    about.find((one) => !isSymptom(one.what) && one.strength >= CONVICTED) ??
    null
  );
}

/** `whose`: the subject and those that it calls. */
function ofSubject(state: StateDiagnosis, namespace: string, whose: readonly string[]): AdvisedCause | null {
  const [first] = state.causes;
  if (!state.named || !first || isSymptom(first.what)) return null;
  const isTheirs = [first.object, ...behind(state, first, { namespace, service: whose[0] ?? '' })].some(({ name }) =>
    whose.includes(name),
  );
  if (isTheirs) return first.strength >= CONVICTED_OWN ? first : null;
  return first.strength >= CONVICTED && first.hurts.some(({ name }) => whose.includes(name)) ? first : null;
}

function viewOf(raw: Record<string, unknown>, ref: ObjectRef) {
  const texts = (field: string): Record<string, string> => {
    const found = readPath(raw, ['metadata', field]);
    return isRecord(found)
      ? Object.fromEntries(Object.entries(found).filter((one): one is [string, string] => typeof one[1] === 'string'))
      : {};
  };
  return {
    ...{ kind: ref.kind, namespace: ref.namespace || null, name: ref.name },
    labels: maskTexts(texts('labels')),
    annotations: maskTexts(texts('annotations')),
    managers: writersOf(raw),
  };
}
