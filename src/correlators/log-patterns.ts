import { mineLogs } from '../analysis/mine-logs.ts';
import { shareShift } from '../analysis/rank-counts.ts';
import { strengthOf } from '../analysis/rank-surprise.ts';
import { finePercent } from '../domain/figures.ts';
import { maskText } from '../domain/mask-text.ts';
import type { IncidentContext, ServiceLogs } from '../extension-points/incident-context.ts';
import type { Correlator, Found } from '../extension-points.ts';

const LEAST = 0.6;
const MAX_OF_SERVICE = 3;
const LONGEST = 160;
/** Of a store's lines only shares are known, and a line that nobody calls an error gets commoner for many reasons. */
const HARMLESS_FACTOR = 20;

/** Templates of log lines that are new since the trouble began, or much commoner than before it; stack traces are folded, secrets masked. */
const logPatterns: Correlator = {
  name: 'log_patterns',
  finds: {
    log_pattern: { chart: null, shownByPods: false, isContext: false },
  },
  correlate: (around) => (around.serviceLogs ?? []).flatMap((logs) => patternsOf(logs, around)),
};

function patternsOf(logs: ServiceLogs, { workloads, subject, since }: IncidentContext): Found[] {
  const workload = workloads.find((one) => one.name === logs.service);
  const { normalLines: chances, incidentLines, patterns } = logs.mined ?? mineLogs(logs);
  if (chances.every((count) => count === 0) || incidentLines === 0) return [];
  const about = { kind: workload?.kind ?? ('Deployment' as const), namespace: subject.namespace, name: logs.service };
  return patterns
    .flatMap((counted) => {
      const normal = chances.map((count, period) => ({ hits: counted.normal[period] ?? 0, chances: count }));
      const shift = shareShift(normal, { hits: counted.incident, chances: incidentLines });
      if (!shift || shift.during <= shift.before) return [];
      if (!counted.severe && shift.before > 0) return [];
      const strength = strengthOf(Math.min(1, shift.p * (counted.severe ? 1 : HARMLESS_FACTOR)));
      if (strength < LEAST) return [];
      const how =
        shift.before === 0
          ? `new in its log, ${counted.incident} of the last ${incidentLines} lines`
          : `${finePercent(shift.before)} → ${finePercent(shift.during)} of its log lines`;
      const message = `${logs.service}: “${maskText(counted.text, LONGEST)}” ${how}`;
      const at = Number.isFinite(counted.first) ? counted.first : since;
      return [{ kind: 'log' as const, about, at, what: 'log_pattern' as const, message, strength }];
    })
    .sort((left, right) => right.strength - left.strength)
    .slice(0, MAX_OF_SERVICE);
}

export default logPatterns;
