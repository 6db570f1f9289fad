import type { AffectedPart, Cause, Diagnosis, EntityRef } from './types.ts';

/** So often a jam is followed before a person is called: behind the third there may be a database that more pods in front of it only hurt. */
const MOST_FOLLOWED = 2;

/**
 * Where a jam stands now: of an overload whose cause has been given more to work with (`isRelieved`), the likeliest overloaded one that it calls, directly or through others,
 * and that hasn't. It is as sure as the cause: the load is known, and comes that way. The one that the incident is about (`front`)
 * comes last: if others waited for it, it would be the cause. Null while the cause itself is what to mend.
 */
export function jamAfter(
  causes: Cause[],
  edges: AffectedPart['edges'],
  front: string,
  isRelieved: (entity: EntityRef) => boolean,
): Cause | null {
  const [first] = causes;
  if (first?.what !== 'overload' || !isRelieved(first.entity)) return null;
  const below = calledBy(first.entity.name, edges);
  const followed = [...below].filter((name) => isRelieved({ ...first.entity, name })).length;
  if (followed >= MOST_FOLLOWED) return null;
  const jams = causes.filter(
    ({ what, entity }) => what === 'overload' && below.has(entity.name) && !isRelieved(entity),
  );
  const jam = jams.find(({ entity }) => entity.name !== front) ?? jams[0];
  return jam ? { ...jam, probability: first.probability } : null;
}

function calledBy(name: string, edges: AffectedPart['edges']): Set<string> {
  const found = new Set([name]);
  for (const from of found) for (const edge of edges) if (edge.from === from) found.add(edge.to);
  found.delete(name);
  return found;
}

/** What a step is for: the named cause, or where its jam has moved on to; undefined when no cause is sure enough. */
export const toMend = ({ named, causes, jam }: Pick<Diagnosis, 'named' | 'causes' | 'jam'>): Cause | undefined =>
  jam ?? (named ? causes[0] : undefined);
