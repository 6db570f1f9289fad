import type { PlaybookCheck } from '../adapters/playbooks/load-playbooks.ts';
import { DEDUCED_CAUSES } from '../domain/deduced-causes.ts';
import { nearest } from '../domain/nearest-word.ts';
import { ENTITY_KINDS } from '../domain/types/entity.ts';
import { FINDINGS } from '../domain/vocabulary.ts';
import type { Action } from '../extension-points.ts';

const CAUSES: readonly string[] = [...FINDINGS, ...DEDUCED_CAUSES];

/** Has each action judge the parameters of its steps where playbooks are loaded, and every name be one that is known. */
export function playbookCheck(actions: readonly Action[]): PlaybookCheck {
  const byName = new Map(actions.filter(({ proposed }) => !proposed).map((action) => [action.name, action]));
  return {
    params: (step) => byName.get(step.action)?.paramFault?.(step.params) ?? null,
    action: (name) => unknown('action', name, [...byName.keys()]),
    cause: (word) => unknown('cause', word, CAUSES),
    owner: (kind) => unknown('kind', kind, ENTITY_KINDS),
  };
}

function unknown(what: string, word: string, known: readonly string[]): string | null {
  if (known.includes(word)) return null;
  const meant = nearest(word, known);
  return `there is no ${what} "${word}"${meant === null ? '' : `; is "${meant}" meant?`}`;
}
