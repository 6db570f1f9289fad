import { calleesOf } from './callees.ts';
import type { AffectedPart, Cause, Diagnosis } from './types/diagnosis.ts';
import type { EntityRef } from './types/entity.ts';

/** How often a bottleneck is followed to the next service before a person is called: behind the third there may be a database, which more pods in front of it only load more. */
const MOST_FOLLOWED = 2;

/**
 * Where the bottleneck is now. When the overloaded cause has been given more capacity (`isRelieved`), it moves on: to the likeliest overloaded service that the cause calls, directly or through others, and that has not been
 * given more yet. It is as probable as the cause, since the load is known to come that way. The service that the incident is about (`symptomService`) comes last: if others waited for it, it would be the cause itself.
 * Undefined: the cause itself is still what to mend.
 */
export function bottleneckAfter(
  causes: Cause[],
  edges: AffectedPart['edges'],
  symptomService: string,
  isRelieved: (entity: EntityRef) => boolean,
): Cause | undefined {
  const [first] = causes;
  if (first?.what !== 'overload' || !isRelieved(first.entity)) return undefined;
  const below = calleesOf(edges, first.entity.name);
  const followed = below.filter((name) => isRelieved({ ...first.entity, name })).length;
  if (followed >= MOST_FOLLOWED) return undefined;
  const bottlenecks = causes.filter(
    ({ what, entity }) => what === 'overload' && below.includes(entity.name) && !isRelieved(entity),
  );
  const bottleneck = bottlenecks.find(({ entity }) => entity.name !== symptomService) ?? bottlenecks[0];
  return bottleneck && { ...bottleneck, probability: first.probability };
}

/** More jams at once than this, and the whole is overloaded: a step more at one of them won't do. */
const MOST_JAMS = 2;

/** Of those below a step that relieved load who are jammed, the ones that no other of them explains; none where they are too many. */
export function nextInLine(jammed: ReadonlySet<string>, edges: AffectedPart['edges']): string[] {
  const last = [...jammed].filter((name) => !edges.some(({ from, to }) => from === name && jammed.has(to)));
  return last.length <= MOST_JAMS ? last : [];
}

type Named = Pick<Diagnosis, 'named' | 'causes'> & { bottleneck?: Cause | undefined };

/** What a step is for: the named cause, or where its bottleneck has moved on to; undefined when no cause is sure enough. */
export const remediationTarget = ({ named, causes, bottleneck }: Named): Cause | undefined =>
  bottleneck ?? (named ? causes[0] : undefined);
