import type { Finding, Issue } from './types.ts';

/** What was measured of one service when the issue is named; null where nothing answered. */
export type Vitals = {
  service: string;
  memoryRatio: number | null;
  latencyP99Seconds: number | null;
  latencyBandHighSeconds: number | null;
  errorRatio: number | null;
  crashLooping: number;
  restarts: number;
  notReady: number;
  nodesInTrouble: number;
};

const HIGH_MEMORY = 0.85;
export const MANY_ERRORS = 0.02;
const SLOW_FACTOR = 1.5;
/** What doesn't hurt yet must be seen as surely as the scan asks before it tells. */
const SURE = 0.99;

/**
 * Names the kind of trouble by the facts, in this order: pods that crash for their own reasons, memory, a node, slowness, errors, pods that aren't ready, and last what will hurt when it goes on. Alerts don't take part. `measured` false: no fact shows trouble.
 */
export function nameIssue(vitals: Vitals, findings: Finding[]): { issue: Issue; measured: boolean } {
  const has = (what: string) =>
    findings.some((finding) => finding.what === what && finding.strength >= 0.5 && isAbout(finding, vitals.service));
  const memory = vitals.memoryRatio ?? 0;
  const oom = has('oom_killed');
  const of = (kind: string, severity: number, unit: string, message: string) => ({
    issue: { kind, severity, unit, message },
    measured: true,
  });
  if (vitals.crashLooping > 0 && !oom)
    return of(
      'crash_loop',
      vitals.restarts,
      'restarts',
      `${vitals.service}: ${vitals.crashLooping} ${plural(vitals.crashLooping, 'pod')} keep crashing, ${vitals.restarts} restarts`,
    );
  if (memory >= HIGH_MEMORY || oom)
    return of(
      'high_memory_usage',
      oom ? Math.max(1, memory) : memory,
      'of limit',
      `${vitals.service} uses ${Math.round(memory * 100)} % of its memory limit${oom ? ' and was killed for it' : ''}`,
    );
  if (vitals.nodesInTrouble > 0)
    return of(
      'node_pressure',
      vitals.nodesInTrouble,
      'nodes',
      `${vitals.nodesInTrouble} ${plural(vitals.nodesInTrouble, 'node')} under pressure or not ready`,
    );
  if (isSlow(vitals)) return of('high_latency', vitals.latencyP99Seconds ?? 0, 's', slowWords(vitals));
  if ((vitals.errorRatio ?? 0) >= MANY_ERRORS)
    return of(
      'high_error_rate',
      vitals.errorRatio ?? 0,
      'of requests',
      `${vitals.service}: ${Math.round((vitals.errorRatio ?? 0) * 100)} % of requests fail`,
    );
  if (vitals.notReady > 0)
    return of(
      'not_ready',
      vitals.notReady,
      'pods',
      `${vitals.service}: ${vitals.notReady} ${plural(vitals.notReady, 'pod')} not ready`,
    );
  const ahead = aheadOfHarm(findings.filter((finding) => isAbout(finding, vitals.service)));
  if (ahead?.what === 'traffic') return of('high_latency', vitals.latencyP99Seconds ?? 0, 's', ahead.message);
  if (ahead) return of('high_memory_usage', memory, 'of limit', ahead.message);
  if (has('leak'))
    return of(
      'high_memory_usage',
      memory,
      'of limit',
      `${vitals.service} uses ${Math.round(memory * 100)} % of its memory limit, and it climbs`,
    );
  return {
    issue: { kind: 'unknown', severity: 0, unit: '', message: `${vitals.service}: no trouble is measured` },
    measured: false,
  };
}

/** Memory that leaves what is usual, or a crowd of requests: trouble that is measured before it hurts. */
function aheadOfHarm(findings: Finding[]): Finding | undefined {
  const sure = findings.filter(({ kind, strength }) => kind === 'anomaly' && strength >= SURE);
  const isAbove = ({ value }: Finding) => value !== undefined && value.observed > value.high;
  return ['leak', 'memory', 'traffic']
    .map((what) => sure.find((finding) => finding.what === what && isAbove(finding)))
    .find((finding) => finding !== undefined);
}

const isAbout = (finding: Finding, service: string): boolean =>
  finding.about.name === service || finding.about.name.startsWith(`${service}-`);
const plural = (count: number, word: string): string => (count === 1 ? word : `${word}s`);

/** Without a band (no baseline) a p99 of a second or more counts as slow. */
function isSlow({ latencyP99Seconds, latencyBandHighSeconds }: Vitals): boolean {
  if (latencyP99Seconds === null) return false;
  return latencyBandHighSeconds === null
    ? latencyP99Seconds >= 1
    : latencyP99Seconds > Math.max(latencyBandHighSeconds * SLOW_FACTOR, 0.05);
}

function slowWords({ service, latencyP99Seconds, latencyBandHighSeconds }: Vitals): string {
  const two = (seconds: number) =>
    seconds < 1 ? `${Number((seconds * 1000).toPrecision(2))} ms` : `${Number(seconds.toPrecision(2))} s`;
  const usual = latencyBandHighSeconds === null ? '' : `; at this hour it is under ${two(latencyBandHighSeconds)}`;
  return `${service} is slow: p99 ${two(latencyP99Seconds ?? 0)}${usual}`;
}
