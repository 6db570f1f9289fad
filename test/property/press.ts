import type { Incident } from '../../src/domain/incident.ts';
import type { Answer } from '../../src/extension-points/people.ts';
import type { createPeople } from '../../src/pipeline/people.ts';
import type { Click } from './laws.ts';

type People = ReturnType<typeof createPeople>;

/** The plan that the button is for, as it was shown. */
export function digestShown({ state, options }: Incident, how: string): string | null {
  if (how === 'approve' && state.name === 'awaiting_approval') return state.planDigest;
  return (how === 'choose' ? options.at(-1) : options[0])?.plan.digest ?? null;
}

/** What a button does. */
export function pressed(
  people: People,
  { user, how, digest }: Pick<Click, 'user' | 'how' | 'digest'>,
  incident: Incident,
): Promise<Answer> {
  switch (how) {
    case 'approve':
      return people.approve(incident.id, user, digest);
    case 'choose':
      return people.choose(incident.id, user, digest ?? '');
    case 'reject':
      return people.reject(incident.id, user, 'next');
    case 'hold':
      return people.hold(incident.id, user, 30_000);
    case 'undo':
      return people.undo(incident.id, user);
    case 'close':
      return people.close(incident.id, user, 'healed_by_human');
    default:
      return people.page(incident.id, user);
  }
}
