import type { ServiceSpec } from '../service-spec.ts';
import { findService } from '../services.ts';
import type { FaultKind } from './kind.ts';

const LONGEST_MS = 86_400_000;

export type Refusal = { ok: false; field: string; message: string; allowed: string[] };

export type Asked =
  | { ok: true; kind: FaultKind; service: ServiceSpec; severity: number; onsetMs: number; buildUpMs: number }
  | Refusal;

/** Reads `{kind, service, severity?, onset_ms?, build_up_ms?}`: when it begins, and over how long it grows to its full strength. */
export function readRequest(kinds: readonly FaultKind[], body: unknown): Asked {
  const asked = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const kind = kinds.find((k) => k.kind === asked.kind);
  if (!kind)
    return refuse(
      'kind',
      'no fault of this kind',
      kinds.map((k) => k.kind),
    );
  const service = findService(typeof asked.service === 'string' ? asked.service : '');
  if (!service || !kind.services.includes(service.name)) {
    return refuse('service', `${kind.kind} does not happen to this service`, [...kind.services]);
  }
  const severity = asked.severity ?? 1;
  if (typeof severity !== 'number' || !(severity >= 0.25 && severity <= 4)) {
    return refuse('severity', 'must be a number from 0.25 to 4', ['0.25 … 4']);
  }
  const onsetMs = asked.onset_ms ?? 0;
  if (typeof onsetMs !== 'number' || !(onsetMs >= 0 && onsetMs <= LONGEST_MS)) {
    return refuse('onset_ms', 'must be a number of sandbox milliseconds, at most a day', [`0 … ${LONGEST_MS}`]);
  }
  const buildUpMs = asked.build_up_ms ?? kind.buildUpMs ?? 0;
  if (asked.build_up_ms !== undefined && kind.buildUpMs === undefined) {
    const allowed = kinds.filter((k) => k.buildUpMs !== undefined).map((k) => k.kind);
    return refuse('build_up_ms', `${kind.kind} is there all at once; these kinds build up`, allowed);
  }
  if (typeof buildUpMs !== 'number' || !(buildUpMs >= 0 && buildUpMs <= LONGEST_MS)) {
    return refuse('build_up_ms', 'must be a number of sandbox milliseconds, at most a day', [`0 … ${LONGEST_MS}`]);
  }
  return { ok: true, kind, service, severity, onsetMs, buildUpMs };
}

function refuse(field: string, message: string, allowed: string[]): Refusal {
  return { ok: false, field, message, allowed };
}
