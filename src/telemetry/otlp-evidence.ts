import type { Evidence } from '../analysis/rank.ts';
import type { Finding } from '../domain/types/finding.ts';
import type { ServiceCall, TelemetryReader } from './create-telemetry.ts';

/** What services told of themselves around an incident: for the ranking (`evidence`, `calls`), and for people (`findings`). */
export type OtlpEvidence = { evidence: Evidence[]; calls: ServiceCall[]; findings: Finding[] };

const NOTHING: OtlpEvidence = { evidence: [], calls: [], findings: [] };
/** Findings worth a person's look. */
const WORTH = 0.8;
const MAX_FINDINGS = 10;
/** An edge that was seen a handful of times is sure enough. */
export const CALL_COUNTS = 0.5;

/** Marks what anybody could have sent: it is shown, and weighs nothing. */
export const UNVERIFIED = 'unverified';

/**
 * What strangers may send can't be evidence in either direction: an invented innocence lifts somebody else's probability as
 * well as an invented fault. So it is kept out of the ranking altogether, calls too, and shown with that remark.
 */
export async function otlpEvidence(
  telemetry: TelemetryReader | undefined,
  namespace: string,
  since: number,
  at: number,
): Promise<OtlpEvidence> {
  if (!telemetry) return NOTHING;
  const [evidence, calls] = await Promise.all([telemetry.evidence(namespace, since, at), telemetry.calls(namespace)]);
  const findings = evidence
    .filter((one) => one.strength >= WORTH && one.kind !== 'metric')
    .sort((a, b) => b.strength - a.strength)
    .slice(0, MAX_FINDINGS)
    .map((one) => asFinding(one, namespace, at, telemetry.trusted));
  return telemetry.trusted
    ? { evidence, calls: calls.filter((call) => call.weight >= CALL_COUNTS), findings }
    : { ...NOTHING, findings };
}

function asFinding(one: Evidence, namespace: string, at: number, trusted: boolean): Finding {
  return {
    kind: one.kind === 'log' ? 'log' : 'trace',
    about: { kind: 'Service', namespace, name: one.entity },
    at: one.at ?? at,
    what: trusted ? one.what : UNVERIFIED,
    message: `${one.entity}: ${one.message}${trusted ? '' : ' (from a sender without a token: not counted)'}`,
    strength: trusted ? one.strength : 0,
  };
}
