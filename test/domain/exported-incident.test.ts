import { describe, expect, it } from 'vitest';
import { exportedIncident } from '../../src/domain/exported-incident.ts';

describe('an incident that leaves', () => {
  it('leaves out objects, diffs, what undo needs, and log lines', () => {
    const incident = {
      id: 'INC-1',
      stateDetail: { name: 'queued', recommendation: { plan: { diff: '-a' } } },
      executions: [
        {
          undo: { write: { before: { env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] } } },
          recommendation: { plan: { summary: 'Roll back', diff: '- DB_PASSWORD=hunter2', data: { env: 'hunter2' } } },
        },
      ],
      diagnosis: { findings: [{ kind: 'log', what: 'errors', message: 'login failed for bob', strength: 0.9 }] },
      alertDetails: [{ fingerprint: '9f957e7458d3260a', generatorUrl: 'http://inside/graph' }],
    };
    const text = JSON.stringify(exportedIncident(incident));
    for (const secret of ['hunter2', 'bob', 'inside', 'queued']) expect(text).not.toContain(secret);
    expect(exportedIncident(incident)).toMatchObject({
      id: 'INC-1',
      executions: [{ recommendation: { plan: { summary: 'Roll back' } } }],
      diagnosis: { findings: [{ kind: 'log', what: 'errors', strength: 0.9 }] },
      alertDetails: [{ fingerprint: '9f957e7458d3260a' }],
    });
  });

  it('masks what looks like a secret, wherever it stands', () => {
    const incident = {
      timeline: [{ message: 'calls postgres://app:s3cr3t@db:5432 with token=abcdef123456' }],
      alertDetails: [{ annotations: { summary: 'password: opensesame' }, labels: { pod: 'api-7d9f8c6b5-x2x2x' } }],
    };
    const text = JSON.stringify(exportedIncident(incident));
    for (const secret of ['s3cr3t', 'abcdef123456', 'opensesame']) expect(text).not.toContain(secret);
    expect(text).toContain('api-7d9f8c6b5-x2x2x');
  });

  it('keeps what tells one thing from another, and ends with what is nested without end', () => {
    const uid = '770c9682-a9f3-47b2-8086-180b9b8d5a08';
    const digest = 'a'.repeat(64);
    expect(exportedIncident({ plan: { digest, target: { uid } } })).toEqual({ plan: { digest, target: { uid } } });
    const endless: Record<string, unknown> = {};
    endless.inside = endless;
    expect(JSON.stringify(exportedIncident(endless)).length).toBeLessThan(1_000);
  });
});
