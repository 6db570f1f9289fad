import type { AffectedNode, AffectedPart } from '../domain/types/diagnosis.ts';
import type { Edge, Evidence, RankInput, Ranking } from './rank-types.ts';

/** More than a phone can show legibly. */
const MOST_NODES = 12;
const MOST_SIGNS = 2;
const MOST_LETTERS = 60;
const CONVINCING = 0.5;
/** A cause less likely than this is not worth a number. */
const WORTH_TELLING = 0.05;
/** An edge less sure than this is left out of pictures. */
const EDGE_SHOWN = 0.3;

/**
 * The part of the call graph that a person looks at to check a ranking: what hurts, the likely cause, how calls lead from one to
 * the other, who else is abnormal, and their neighbours that are fine. Most telling first; at most 12. Pure.
 */
export function affectedPart(input: RankInput, ranking: Ranking): AffectedPart {
  const edges = input.edges.filter((edge) => edge.weight >= EDGE_SHOWN && edge.from !== edge.to);
  const byEntity = evidenceByEntity(input.evidence);
  const chosen = new Set<string>();
  const add = (names: Iterable<string>) => {
    for (const name of names) if (chosen.size < MOST_NODES) chosen.add(name);
  };
  const [first] = ranking.causes;
  const suspects = ranking.causes.filter((cause) => cause.probability >= WORTH_TELLING).map((cause) => cause.entity);
  const troubled = [...byEntity]
    .filter(([, seen]) => isAbnormal(seen))
    .sort(([, a], [, b]) => strongest(b) - strongest(a))
    .map(([name]) => name);
  add([input.symptomService]);
  if (first && suspects.includes(first.entity))
    add([first.entity, ...pathBetween(edges, input.symptomService, first.entity)]);
  add(connected(edges, troubled, chosen));
  add(suspects.slice(0, 3));
  const changed = neighbours(edges, troubled).filter((name) => healthOf(byEntity.get(name)) === 'changed');
  const wanted = new Set([
    ...changed,
    ...neighbours(edges, [input.symptomService, ...suspects.slice(0, 1)]),
    ...troubled,
  ]);
  add(wanted);
  const nodes = [...chosen].map((name) => nodeOf(name, input.symptomService, ranking, byEntity.get(name)));
  return { nodes, edges: among(edges, chosen), more: [...wanted].filter((name) => !chosen.has(name)).length };
}

function nodeOf(name: string, symptomService: string, ranking: Ranking, seen: Evidence[] | undefined): AffectedNode {
  const ranked = ranking.causes.find((cause) => cause.entity === name);
  const convincing = (seen ?? []).filter((item) => item.strength >= CONVINCING);
  return {
    name,
    health: healthOf(seen),
    signs: signsOf(convincing),
    isSymptom: name === symptomService,
    probability: ranked && ranked.probability >= WORTH_TELLING ? ranked.probability : null,
    cause: ranking.named && ranking.causes[0]?.entity === name,
  };
}

function healthOf(seen: Evidence[] | undefined): AffectedNode['health'] {
  if (!seen || seen.length === 0) return 'unknown';
  if (isAbnormal(seen)) return 'abnormal';
  return strongest(seen) >= CONVINCING ? 'changed' : 'normal';
}

/** A change is a reason, not a symptom. */
const isAbnormal = (seen: Evidence[]) => seen.some((item) => item.kind !== 'change' && item.strength >= CONVINCING);

const strongest = (seen: Evidence[]) => Math.max(0, ...seen.map((item) => item.strength));

/** One of a kind. A metric's words are short and have the numbers; the others' are sentences, of which a picture has no room for more than the name. */
function signsOf(convincing: Evidence[]): string[] {
  const kinds = [...new Set(convincing.map((item) => item.what))].slice(0, MOST_SIGNS);
  return kinds.map((what) => {
    const metric = convincing.find((item) => item.what === what && item.kind === 'metric');
    return (metric ? metric.message.replaceAll(' requests/s', '/s') : what.replaceAll('_', ' ')).slice(0, MOST_LETTERS);
  });
}

function evidenceByEntity(evidence: readonly Evidence[]): Map<string, Evidence[]> {
  const byEntity = new Map<string, Evidence[]>();
  for (const item of [...evidence].sort((a, b) => b.strength - a.strength)) {
    if (Number.isNaN(item.strength)) continue;
    const own = byEntity.get(item.entity);
    if (own) own.push(item);
    else byEntity.set(item.entity, [item]);
  }
  return byEntity;
}

/** The shortest way along calls from one to the other, in either direction; empty when there is none. */
function pathBetween(edges: readonly Edge[], from: string, to: string): string[] {
  return walk(edges, from, to) ?? walk(edges, to, from) ?? [];
}

function walk(edges: readonly Edge[], from: string, to: string): string[] | null {
  const cameFrom = new Map<string, string | null>([[from, null]]);
  for (const at of cameFrom.keys()) {
    if (at === to) break;
    for (const edge of edges) if (edge.from === at && !cameFrom.has(edge.to)) cameFrom.set(edge.to, at);
  }
  if (!cameFrom.has(to)) return null;
  const path: string[] = [];
  for (let at: string | null = to; at !== null; at = cameFrom.get(at) ?? null) path.unshift(at);
  return path;
}

/** Those of `names` that calls join to what is chosen, one by one, so that the picture hangs together. */
function connected(edges: readonly Edge[], names: readonly string[], chosen: ReadonlySet<string>): string[] {
  const reached = new Set(chosen);
  let found = true;
  while (found) {
    found = false;
    for (const name of names) {
      if (reached.has(name)) continue;
      const joined = edges.some(
        (edge) => (edge.from === name && reached.has(edge.to)) || (edge.to === name && reached.has(edge.from)),
      );
      if (!joined) continue;
      reached.add(name);
      found = true;
    }
  }
  return [...reached].filter((name) => !chosen.has(name));
}

function neighbours(edges: readonly Edge[], names: readonly string[]): string[] {
  return edges.flatMap((edge) => [
    ...(names.includes(edge.from) ? [edge.to] : []),
    ...(names.includes(edge.to) ? [edge.from] : []),
  ]);
}

function among(edges: readonly Edge[], chosen: ReadonlySet<string>): AffectedPart['edges'] {
  const seen = new Map<string, { from: string; to: string }>();
  for (const { from, to } of edges) if (chosen.has(from) && chosen.has(to)) seen.set(`${from}\n${to}`, { from, to });
  return [...seen.values()];
}
