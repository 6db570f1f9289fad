import { groupKeyOf } from '../domain/group.ts';
import { transition } from '../domain/transition.ts';
import type { IntakeDeps } from './deps.ts';
import type { ReceivedAlert } from './receive-alerts.ts';
import { saveTransition } from './record.ts';

const MAX_TRIES = 5;

/** A line in the open incident of its workload for an alert that nobody is to be told of; without one it is nothing. Losing it loses nothing. */
export async function noteQuiet(deps: IntakeDeps, received: ReceivedAlert[]): Promise<void> {
  for (const { alert, subject } of received) {
    if (alert.status === 'resolved') continue;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { open } = await deps.store.findByGroup(groupKeyOf(subject));
      const isNoted = open && (await deps.store.timeline(open.id)).some(({ message }) => message.includes(alert.name));
      if (!open || isNoted) break;
      const message = `${alert.name} fires, too (${alert.labels.severity ?? 'no severity'})`;
      const noted = transition(open, { type: 'noted', at: deps.clock.now(), message, by: null });
      if (await saveTransition(deps, open, noted, null)) break;
    }
  }
}
