import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firingsOfFile } from '../../src/backtest/alerts.ts';
import { pagerDutyTroubles } from '../../src/cli/past-pages.ts';
import { troublesOf } from '../../src/domain/proof/past-troubles.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-import-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
const file = async (name: string, ...lines: unknown[]) => {
  const path = join(folder, name);
  await writeFile(path, lines.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n'));
  return path;
};

describe('the past from PagerDuty', () => {
  it('is every resolved incident, from its creation to its end; what can’t be read is named', async () => {
    const one = { id: 'P1', title: 'payment-api is down', status: 'resolved', created_at: '2026-05-01T00:00:00Z' };
    const path = await file(
      'pages.jsonl',
      {
        incidents: [
          { ...one, resolved_at: '2026-05-01T00:40:00Z' },
          { ...one, id: 'P2', status: 'triggered' },
        ],
      },
      { ...one, id: 'P3', last_status_change_at: '2026-05-01T02:00:00+02:00' },
      { ...one, id: 'P4', created_at: 'yesterday' },
      'no JSON',
    );
    const { troubles, bad } = await pagerDutyTroubles(path);
    expect(troubles.map(({ id, began, over }) => [id, over - began])).toEqual([
      ['P1', 2_400_000],
      ['P3', 0],
    ]);
    expect(bad).toHaveLength(2);
  });
});

describe('the past from Alertmanager', () => {
  it('is what its payloads say of each firing at last', async () => {
    const alert = (status: string, endsAt: string) => ({
      ...{ status, fingerprint: 'f1', startsAt: '2026-05-01T00:00:00Z', endsAt, annotations: {}, generatorURL: '' },
      labels: { alertname: 'HighLatency', namespace: 'shop', deployment: 'payment-api', severity: 'critical' },
    });
    const payload = (status: string, endsAt: string) => ({
      ...{ version: '4', groupKey: 'g', status, receiver: 'nightshift', groupLabels: {}, commonLabels: {} },
      ...{ commonAnnotations: {}, externalURL: '', alerts: [alert(status, endsAt)] },
    });
    const path = await file(
      'alerts.jsonl',
      payload('firing', '0001-01-01T00:00:00Z'),
      payload('resolved', '2026-05-01T00:30:00Z'),
    );
    const { firings, bad } = await firingsOfFile(path, 'test');
    expect(bad).toEqual([]);
    expect(troublesOf(firings, 'alertmanager')).toMatchObject([
      { namespace: 'shop', service: 'payment-api', over: Date.parse('2026-05-01T00:30:00Z') },
    ]);
  });
});
