import type { AffectedNode, AffectedPart } from './types/diagnosis.ts';

const HEALTH: Record<AffectedNode['health'], string> = {
  abnormal: 'not normal',
  changed: 'changed',
  normal: 'normal',
  unknown: 'no data',
};

/** The affected part in words, for those who can't see its picture. */
export function graphWords({ nodes, edges }: AffectedPart): string {
  const told = nodes.map(({ name, health, signs }) => `${name} (${[HEALTH[health], ...signs].join(', ')})`);
  const calls = edges.map(({ from, to }) => `${from} → ${to}`);
  return `${told.join('; ')}. Calls: ${calls.length > 0 ? calls.join(', ') : 'none known'}.`;
}
