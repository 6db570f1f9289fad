import { describe, expect, it } from 'vitest';
import { inTrouble, type VitalName } from '../../src/domain/health.ts';
import { nameIssue } from '../../src/domain/name-issue.ts';
import { KIND_WORDS } from '../../src/domain/vocabulary.ts';
import { healthOf, known, silent } from '../domain/healths.ts';
import { KINDS } from './all-kinds.ts';

const named = (given: Parameters<typeof healthOf>[0]) => nameIssue(KINDS, { health: healthOf(given), findings: [] });

describe('each kind of trouble', () => {
  it.each<[string, Parameters<typeof healthOf>[0], number, RegExp]>([
    ['crash_loop', { crashes: 2, restarts: 7 }, 7, /2 pods keep crashing, 7 restarts/],
    ['crash_loop', { crashes: 2 }, 0, /2 pods keep failing to start$/],
    ['image_pull', { unpullable: 2, not_ready: 2 }, 2, /2 pods can't pull the image/],
    ['container_config', { unconfigured: 1, not_ready: 1 }, 1, /a container of 1 pod can't be made/],
    ['unschedulable', { unplaced: 3, not_ready: 3 }, 3, /no node takes 3 pods/],
    ['pod_not_made', { unmade: 1, not_ready: 1 }, 1, /1 pod waits for volumes or network/],
    ['rollout_stuck', { stuck: 1 }, 1, /its rollout has passed its deadline/],
    ['high_memory_usage', { memory: 0.92 }, 0.92, /uses 92 % of its memory limit$/],
    ['high_memory_usage', { memory: silent('stale'), oom_kills: 1 }, 1, /was killed for its memory/],
    ['node_pressure', { nodes: 1 }, 1, /1 node under pressure or not ready/],
    ['high_latency', { latency: known(3, { low: 0.1, high: 0.2 }) }, 3, /p99 3 s; at this hour it is under 200 ms/],
    ['high_error_rate', { errors: 0.3 }, 0.3, /30 % of requests fail/],
    ['not_ready', { not_ready: 2 }, 2, /2 pods not ready/],
  ])('%s is named by what shows it, in its own unit', (kind, given, severity, message) => {
    const { issue, measured } = named(given);
    expect({ measured, kind: issue.kind, severity: issue.severity }).toEqual({ measured: true, kind, severity });
    expect(issue.message).toMatch(message);
    expect(issue.unit).toBe(KINDS.find(({ name }) => name === kind)?.unit);
  });

  it('is said in words of its own, while it lasts and once it is over', () => {
    const said = KINDS.flatMap(({ says }) => [says.now, says.past]);
    expect(new Set(said).size).toBe(said.length);
    expect(KIND_WORDS).toEqual(
      Object.fromEntries(KINDS.map(({ name, says, shownBy }) => [name, { ...says, shownBy: [...shownBy] }])),
    );
  });

  it('is not read from a vital that nobody could read', () => {
    for (const kind of KINDS.filter(({ shownBy }) => shownBy.length > 0)) {
      const blind = healthOf(Object.fromEntries(kind.shownBy.map((name) => [name, silent()])));
      expect(kind.present({ health: blind, findings: [] }), kind.name).toBeNull();
      expect(kind.severity({ health: blind, findings: [] }) ?? 0, kind.name).toBe(0);
    }
  });

  it('needs what shows it, says when it is over, and has a place of its own in the order', () => {
    for (const { name, needs, shownBy, over } of KINDS) {
      for (const vital of shownBy) expect(needs, name).toContain(vital);
      expect(over(healthOf()), name).toMatch(/payment-api/);
    }
    const measured = KINDS.filter(({ byRule }) => !byRule);
    expect(new Set(measured.map(({ order }) => order)).size).toBe(measured.length);
  });

  it('that no vital shows is meant by alerts that mean nothing else', () => {
    const alerts = KINDS.flatMap(({ byRule }) => byRule?.alerts ?? []);
    expect(alerts.length).toBeGreaterThan(100);
    expect(new Set(alerts).size).toBe(alerts.length);
  });
});

describe('a vital', () => {
  it.each<[VitalName, number, { low: number; high: number } | null, boolean]>([
    ['latency', 0.9, null, false],
    ['latency', 1.1, null, true],
    ['latency', 0.29, { low: 0.1, high: 0.2 }, false],
    ['latency', 0.31, { low: 0.1, high: 0.2 }, true],
    ['errors', 0.019, null, false],
    ['errors', 0.03, { low: 0, high: 0.05 }, false],
    ['errors', 0.06, { low: 0, high: 0.05 }, true],
    ['memory', 0.88, { low: 0.7, high: 0.9 }, false],
    ['memory', 0.96, { low: 0.7, high: 0.97 }, true],
    ['cpu', 1, null, false],
    ['cpu', 0.97, { low: 0.1, high: 0.6 }, true],
    ['traffic', 1, { low: 20, high: 50 }, true],
    ['traffic', 10, { low: 20, high: 50 }, false],
    ['traffic', 0, { low: 0, high: 50 }, false],
    ['queue', 50, { low: 0, high: 20 }, true],
    ['queue', 50, null, false],
    ['restarts', 40, null, false],
    ['pods', 0, null, false],
    ['not_ready', 1, null, true],
  ])('%s at %s with the band %j is in trouble: %s', (name, value, band, troubled) => {
    const health = healthOf({ [name]: known(value, band) });
    expect(inTrouble(health).includes(name)).toBe(troubled);
  });
  it('of a name that nobody knows here counts what is wrong', () => {
    const health = healthOf();
    health.vitals.failed_jobs = known(1);
    expect(inTrouble(health)).toEqual(['failed_jobs']);
  });
});
