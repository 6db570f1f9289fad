import { isInTrouble, knownValue } from '../domain/health.ts';
import type { IssueKind } from '../domain/issue-kind.ts';

const nodePressure: IssueKind = {
  name: 'node_pressure',
  title: 'A node in trouble',
  says: { now: 'runs on a node under pressure', past: 'ran on a node under pressure' },
  chart: 'node',
  overWindow: false,
  of: 'node',
  unit: 'nodes',
  order: 30,
  shownBy: ['nodes'],
  needs: ['nodes'],
  level: 'nodes',
  present({ health }) {
    if (!isInTrouble(health, 'nodes')) return null;
    const nodes = knownValue(health, 'nodes') ?? 0;
    return { severity: nodes, message: `${nodes} ${nodes === 1 ? 'node' : 'nodes'} under pressure or not ready` };
  },
  severity: ({ health }) => knownValue(health, 'nodes'),
  over: ({ service }) => `${service}: no node of it is in trouble any more`,
};
export default nodePressure;
