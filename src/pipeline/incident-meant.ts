import { beginsWith } from '../domain/first-words.ts';
import type { Incident } from '../domain/incident.ts';
import { incidentId, readIncidentId } from '../domain/incident-id.ts';
import type { FoundIncident } from '../extension-points/people.ts';
import type { StageDeps } from './deps.ts';
import { whoseName } from './who-may.ts';

export const MAX_LISTED = 100;

/**
 * By its number, or by what it is about: `shop/payment-api` is that one and no other, and a name alone only where a single namespace has it; `payment` finds payment-api where no
 * other begins so. Open ones come before closed ones, whole names before beginnings.
 */
export async function incidentMeant(deps: StageDeps, reference: string): Promise<FoundIncident> {
  const wanted = reference.trim();
  const id = readIncidentId(wanted);
  if (id) {
    const named = id.epoch === null ? await deps.store.idOf(id.number) : incidentId(id.number, id.epoch);
    // Those of older versions have no epoch.
    const incident =
      (await deps.store.load(named)) ?? (id.epoch === null ? await deps.store.load(`INC-${id.number}`) : null);
    return incident ? { kind: 'one', incident } : { kind: 'none' };
  }
  const { name: service, namespace } = whoseName(wanted);
  if (service === '') return { kind: 'none' };
  const inPlace = (incident: Incident) => namespace === null || incident.namespace === namespace;
  const isIt = (incident: Incident) => incident.service === service && inPlace(incident);
  const beginsSo = (incident: Incident) => beginsWith(incident.service, service) && inPlace(incident);
  const open = await deps.store.listOpen(MAX_LISTED);
  const closed = async (filter: { service?: string }) => deps.store.list({ ...filter, limit: MAX_LISTED });
  for (const { from, fits } of [
    { from: async () => open, fits: isIt },
    { from: () => closed({ service }), fits: isIt },
    { from: async () => open, fits: beginsSo },
    { from: () => closed({}), fits: beginsSo },
  ]) {
    const fitting = (await from()).filter(fits);
    if (fitting[0]) return oneOf(fitting[0], fitting);
  }
  return { kind: 'none' };
}

/** The newest, where all of them are of one service. */
function oneOf(newest: Incident, fitting: Incident[]): FoundIncident {
  const choices = [...new Set(fitting.map((incident) => `${incident.namespace}/${incident.service}`))];
  return choices.length > 1 ? { kind: 'several', choices } : { kind: 'one', incident: newest };
}
