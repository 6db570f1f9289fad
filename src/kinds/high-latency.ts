import { seconds, short } from '../domain/figures.ts';
import { isInTrouble, knownValue, vitalNamed } from '../domain/health.ts';
import type { IssueKind } from '../domain/issue-kind.ts';
import { aboveUsual } from '../domain/look-findings.ts';

/** Who fails at once is quick: slowness is only over when it is known what fails. */
const highLatency: IssueKind = {
  name: 'high_latency',
  title: 'Slow answers',
  says: { now: 'is slow', past: 'was slow' },
  chart: 'latency_p99',
  overWindow: true,
  of: 'workload',
  unit: 's',
  order: 40,
  shownBy: ['latency'],
  needs: ['latency', 'errors'],
  level: 'latency',
  present({ health }) {
    const latency = vitalNamed(health, 'latency');
    if (latency.kind !== 'known' || !isInTrouble(health, 'latency')) return null;
    const usual = latency.band === null ? '' : `; at this hour it is under ${seconds(latency.band.high)}`;
    return { severity: latency.value, message: `${health.service} is slow: p99 ${seconds(latency.value)}${usual}` };
  },
  severity: ({ health }) => knownValue(health, 'latency'),
  ahead: {
    order: 20,
    needs: ['traffic'],
    present(look) {
      const crowd = aboveUsual(look, 'traffic');
      const latency = knownValue(look.health, 'latency');
      return crowd && latency !== null ? { severity: latency, message: crowd.message } : null;
    },
    lingers({ health }) {
      const traffic = vitalNamed(health, 'traffic');
      if (traffic.kind !== 'known' || traffic.band === null || traffic.value <= traffic.band.high) return null;
      return `${health.service} still gets ${short(traffic.value)} requests/s; at this hour it is under ${short(traffic.band.high)}`;
    },
  },
  over(health) {
    const latency = vitalNamed(health, 'latency');
    if (latency.kind !== 'known') return `${health.service}: its latency is not in trouble`;
    const above = latency.band !== null && latency.value > latency.band.high;
    const usual = above && latency.band ? `, nearly; at this hour it is under ${seconds(latency.band.high)}` : '';
    return `${health.service}: p99 is back to ${seconds(latency.value)}${usual}`;
  },
};
export default highLatency;
