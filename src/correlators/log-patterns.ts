import { joinStacks } from '../analysis/log-stack.ts';
import { createMiner, learn, type Miner, templatesOf } from '../analysis/log-template.ts';
import { shareShift } from '../analysis/rank-counts.ts';
import { strengthOf } from '../analysis/rank-surprise.ts';
import { finePercent } from '../domain/figures.ts';
import { maskText } from '../domain/mask-text.ts';
import type { IncidentContext, ServiceLogs } from '../extension-points/incident-context.ts';
import type { Correlator, Found } from '../extension-points.ts';

const MINER = { templates: 400, words: 40, similarity: 0.6 };
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
  correlate: (around) =>
    (around.serviceLogs ?? []).flatMap(({ service, normal, incident }) =>
      patternsOf({ service, normal: normal.map(joinStacks), incident: joinStacks(incident) }, around),
    ),
};

type Counted = { text: string; severe: boolean; normal: number[]; incident: number; first: number };

function patternsOf(logs: ServiceLogs, { workloads, subject, since }: IncidentContext): Found[] {
  const workload = workloads.find((one) => one.name === logs.service);
  const chances = logs.normal.map((period) => period.length);
  if (chances.every((count) => count === 0) || logs.incident.length === 0) return [];
  const about = { kind: workload?.kind ?? ('Deployment' as const), namespace: subject.namespace, name: logs.service };
  return countedTemplates(logs)
    .flatMap((counted) => {
      const normal = chances.map((count, period) => ({ hits: counted.normal[period] ?? 0, chances: count }));
      const shift = shareShift(normal, { hits: counted.incident, chances: logs.incident.length });
      if (!shift || shift.during <= shift.before) return [];
      if (!counted.severe && shift.before > 0) return [];
      const strength = strengthOf(Math.min(1, shift.p * (counted.severe ? 1 : HARMLESS_FACTOR)));
      if (strength < LEAST) return [];
      const how =
        shift.before === 0
          ? `new in its log, ${counted.incident} of the last ${logs.incident.length} lines`
          : `${finePercent(shift.before)} → ${finePercent(shift.during)} of its log lines`;
      const message = `${logs.service}: “${maskText(counted.text, LONGEST)}” ${how}`;
      const at = Number.isFinite(counted.first) ? counted.first : since;
      return [{ kind: 'log' as const, about, at, what: 'log_pattern' as const, message, strength }];
    })
    .sort((left, right) => right.strength - left.strength)
    .slice(0, MAX_OF_SERVICE);
}

function countedTemplates({ normal, incident }: ServiceLogs): Counted[] {
  const miner: Miner = createMiner(MINER);
  const byId = new Map<number, Omit<Counted, 'text'>>();
  const count = ({ text, at, severe }: ServiceLogs['incident'][number]) => {
    const { id } = learn(miner, text, at);
    const known = byId.get(id) ?? { severe: false, normal: normal.map(() => 0), incident: 0, first: Number.NaN };
    known.severe ||= severe;
    byId.set(id, known);
    return known;
  };
  normal.forEach((period, index) => {
    for (const line of period) {
      const counted = count(line);
      counted.normal[index] = (counted.normal[index] ?? 0) + 1;
    }
  });
  for (const line of incident) {
    const counted = count(line);
    counted.incident += 1;
    if (!(counted.first <= line.at)) counted.first = line.at;
  }
  return templatesOf(miner).flatMap(({ id, text }) => {
    const counted = byId.get(id);
    return counted ? [{ text, ...counted }] : [];
  });
}

export default logPatterns;
