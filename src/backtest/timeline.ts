import type { TimelineBar, TimelinePicture } from '../adapters/charts/timeline-option.ts';
import type { BacktestReport } from './compare.ts';
import type { Row } from './rows.ts';

const MOST_LANES = 24;
const MOST_BARS = 200;

/** What was decided and how long the trouble lasted, a lane a service, those with the most incidents first. */
export function timelineOf(report: BacktestReport): TimelinePicture {
  const byService = new Map<string, Row[]>();
  for (const row of report.rows) byService.set(row.service, [...(byService.get(row.service) ?? []), row]);
  const lanes = [...byService].sort((a, b) => b[1].length - a[1].length);
  const { summary } = report;
  return {
    title: `Backtest of ${summary.incidents} incidents`,
    subtitle: `${summary.steps} steps taken or asked for, ${summary.needless} of them needless; playbooks ${report.playbooks}`,
    from: report.from,
    to: Math.max(report.to, ...report.rows.map((row) => endOf(row) ?? row.at)),
    lanes: lanes.slice(0, MOST_LANES).map(([name, rows]) => ({ name, bars: rows.slice(0, MOST_BARS).map(barOf) })),
    more: Math.max(0, lanes.length - MOST_LANES),
    darkMode: false,
  };
}

const endOf = ({ decidedAt, ending }: Row): number | null =>
  decidedAt === null || ending.afterMs === null ? null : decidedAt + ending.afterMs;

function barOf(row: Row): TimelineBar {
  const { decision, step } = row;
  const kind = decision === 'auto' || decision === 'ask' || decision === 'escalate' ? decision : 'watched';
  const label = (step?.action ?? row.issue.kind).replaceAll('_', ' ');
  return { from: row.at, to: endOf(row), kind, label, needless: row.needless === true };
}
