import { calleesOf } from './callees.ts';
import type { AffectedPart, Cause, Diagnosis, EntityRef } from './types.ts';

/** So often a jam is followed before a person is called: behind the third there may be a database that more pods in front of it only hurt. */
const MOST_FOLLOWED = 2;

/**
 * Where a jam stands now: of an overload whose cause has been given more to work with (`isRelieved`), the likeliest overloaded one that it calls, directly or through others,
 * and that hasn't. It is as sure as the cause: the load is known, and comes that way. The one that the incident is about (`symptomService`)
 * comes last: if others waited for it, it would be the cause. Undefined while the cause itself is what to mend.
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

/** What a step is for: the named cause, or where its jam has moved on to; undefined when no cause is sure enough. */
export const remediationTarget = ({ named, causes, bottleneck }: Named): Cause | undefined =>
  bottleneck ?? (named ? causes[0] : undefined);
