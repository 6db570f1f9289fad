import { lagWords } from '../domain/change-lag.ts';
import { maskText } from '../domain/mask-text.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { IncidentContext } from '../extension-points/incident-context.ts';
import type { Correlator, Found } from '../extension-points.ts';
import type { Certificate } from '../ports/cluster-objects.ts';

const NEAR_MS = 3 * 24 * 3_600_000;
const EXPIRED = 0.95;
/** Of somebody unknown, or only soon: worth telling, no accusation. */
const WORTH_TELLING = 0.3;

/** Certificates that have expired or are about to, for the workloads that use their Secret. */
const certificateExpiry: Correlator = {
  name: 'certificate_expiry',
  finds: {
    certificate_expired: { chart: null, shownByPods: false, isContext: false },
    certificate_expiring: { chart: null, shownByPods: false, isContext: true },
  },
  correlate: (around) => (around.certificates ?? []).flatMap((certificate) => expiryOf(certificate, around)),
};

function expiryOf(certificate: Certificate, around: IncidentContext): Found[] {
  const { name, secretName, notAfter, ready, message } = certificate;
  if (notAfter === null || notAfter - around.at > NEAR_MS) return [];
  const expired = notAfter <= around.at;
  const users = (around.references ?? []).filter(({ configs }) =>
    configs.some((one) => one.kind === 'Secret' && one.name === secretName),
  );
  const date = new Date(notAfter).toISOString().slice(0, 16).replace('T', ' ');
  const when = expired ? `expired at ${date} UTC, ${lagWords(notAfter, around.since)}` : `expires at ${date} UTC`;
  const why = ready === false && message ? ` (not renewed: ${maskText(message, 120)})` : '';
  const of = (about: EntityRef, strength: number, whose: string): Found => ({
    kind: 'state',
    about,
    at: expired ? notAfter : around.at,
    what: strength >= 0.5 ? 'certificate_expired' : 'certificate_expiring',
    message: `Certificate ${name}${whose} ${when}${why}`,
    strength,
  });
  if (users.length > 0)
    return users.map(({ workload }) => of(workload, expired ? EXPIRED : WORTH_TELLING, ` of ${workload.name}`));
  const subject = around.workloads.find((one) => one.name === around.subject.service);
  if (!subject) return [];
  return [of({ kind: subject.kind, namespace: subject.namespace, name: subject.name }, WORTH_TELLING, '')];
}

export default certificateExpiry;
