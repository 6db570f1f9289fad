import { describe, expect, it } from 'vitest';
import { changeTimeline } from '../../../../src/adapters/slack/views/changes.ts';
import type { Finding } from '../../../../src/domain/types/finding.ts';
import { diagnosis, execution, incident, MIN, T0 } from '../incidents.ts';

const change = (minutes: number, message: string, over: Partial<Finding> = {}): Finding => ({
  kind: 'change',
  about: { kind: 'Deployment', namespace: 'shop', name: 'ledger-db' },
  at: T0 + minutes * MIN,
  what: 'rollout',
  message,
  strength: 0.9,
  ...over,
});
const linesOf = (findings: Finding[], over: Parameters<typeof incident>[0] = {}) =>
  changeTimeline(incident({ diagnosis: diagnosis({ findings, since: T0 }), ...over })).map((line) =>
    line.replaceAll(/<!date[^>]*>/g, 'TIME'),
  );

describe('what changed', () => {
  it('is told oldest first, each relative to when the trouble began, which has its own line', () => {
    const lines = linesOf([
      change(-2, 'revision 14 was rolled out 2 min before the trouble began: image 4.2'),
      change(-90, 'HPA raised'),
      change(3, 'node cordoned'),
    ]);
    expect(lines).toEqual([
      '• TIME  _1 h 30 min before_  HPA raised',
      '• TIME  _2 min before_  revision 14 was rolled out: image 4.2',
      '• TIME  *the trouble began*',
      '• TIME  _3 min after_  node cordoned',
    ]);
  });

  it('has what Nightshift did, and nothing that is no change or long ago', () => {
    const lines = linesOf([change(-7 * 60, 'long ago'), change(-1, 'hot', { kind: 'anomaly' })], {
      executions: [execution()],
    });
    expect(lines).toEqual([
      '• TIME  *the trouble began*',
      '• TIME  _7 min after_  Nightshift: Roll ledger-db back to revision 13',
    ]);
  });

  it('is empty without any, and shows text from outside as text', () => {
    expect(linesOf([])).toEqual([]);
    expect(linesOf([change(-1, '<!channel> *x*')])[0]).toContain('&lt;!channel&gt; ∗x∗');
  });
});
