import { describe, expect, it } from 'vitest';
import { changeWords, markdown, type Report, summaryTable } from '../../src/game-day/report.ts';

const REPORT: Report = {
  file: 'a.yaml',
  name: 'One | two',
  teaches: 'that <!channel> is text',
  passed: false,
  verdicts: [{ met: false, expected: 'at most 1 incident', seen: '2: INC-1, INC-2' }],
  speed: 60,
  seed: 42,
  tookMs: 9_000,
  facts: {
    beganAt: Date.UTC(2026, 5, 4, 18),
    endedAt: Date.UTC(2026, 5, 4, 18, 20),
    speed: 30,
    incidents: [
      {
        id: 'INC-1',
        service: 'payment-api',
        state: 'closed',
        outcome: 'healed',
        issue: 'crash_loop',
        cause: 'payment-api',
        openedAt: Date.UTC(2026, 5, 4, 18, 1),
        closedAt: Date.UTC(2026, 5, 4, 18, 6),
        mttrMs: 300_000,
        executions: [],
        timeline: [
          { at: Date.UTC(2026, 5, 4, 18, 1), message: 'a\n# b | `c`', by: 'U_ONCALL', from: 'noticed', to: 'noticed' },
        ],
      },
    ],
    faults: [],
    changes: [],
    pages: [],
    deeds: [],
  },
};

describe('a report', () => {
  it('says what was missed, when it happened on the scenario’s clock, and how long healing took', () => {
    const text = markdown(REPORT);
    expect(text).toContain('| ✘ | at most 1 incident | 2: INC-1, INC-2 |');
    expect(text).toContain('noticed +01:00 · closed after 5 min (MTTR)');
    expect(text).toContain('at 60x, slowed down to 30x');
  });

  it('keeps text from outside as text: no markup, no new line, no end of a cell', () => {
    const text = markdown(REPORT);
    expect(text).toContain('- `+01:00` a \\# b \\| \\`c\\` (U\\_ONCALL)');
    expect(text).toContain('that \\<!channel\\> is text');
    expect(summaryTable([REPORT])).toContain('| One \\| two |');
  });
});

describe('what a request changed', () => {
  it('is what its patch sets, without the tests that guard it', () => {
    const patch = [
      { op: 'test', path: '/metadata/uid', value: 'u' },
      { op: 'replace', path: '/spec/replicas', value: 5 },
    ];
    expect(changeWords(JSON.stringify(patch))).toBe('replace /spec/replicas: 5');
  });

  it('is the beginning of the body when that is no patch, or was cut off', () => {
    expect(changeWords('{"spec":{"replicas":5}}')).toBe('{"spec":{"replicas":5}}');
    expect(changeWords(`[{"op":"replace","value":"${'x'.repeat(400)}`)).toHaveLength(241);
  });
});
