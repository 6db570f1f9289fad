import type { Incident } from '../../src/domain/incident.ts';
import type { Answer } from '../../src/extension-points/people.ts';
import type { createPeople } from '../../src/pipeline/people.ts';

type People = ReturnType<typeof createPeople>;

/** What a button does. */
export function pressed(
  people: People,
  { user, how }: { user: string; how: string },
  incident: Incident,
): Promise<Answer> {
  switch (how) {
    case 'approve':
      return people.approve(incident.id, user, null);
    case 'choose':
      return people.choose(incident.id, user, incident.options[0]?.plan.digest ?? '');
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
