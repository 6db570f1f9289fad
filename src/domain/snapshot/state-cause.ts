import type { CauseKind } from '../cause-kinds.ts';
import type { ObjectRef } from './snapshot.ts';

/** What convicts: a field of an object and what it holds. Text from outside; masked where it is shown. */
export type StateFact = { object: ObjectRef; field: string; value: string };
/** Something that is wrong in the cluster's state, told by the object whose own it is. */
export type StateCause = {
  what: CauseKind;
  object: ObjectRef;
  /** Probability in [0, 1] that this is wrong, and hurts. */
  strength: number;
  facts: StateFact[];
  /** Workloads that fail by it, beside the object's own; who calls them is found by the ranking. */
  hurts: ObjectRef[];
  /** The kubectl command that mends it, or looks closer where no command can know. */
  command: string;
};

/** A fact about an object. Values that are no text are shown as JSON. */
export const fact = (object: ObjectRef, field: string, value: unknown): StateFact => ({
  object: { kind: object.kind, namespace: object.namespace, name: object.name },
  field,
  value: typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
});

export const refOf = ({ kind, namespace, name }: ObjectRef): ObjectRef => ({ kind, namespace, name });
